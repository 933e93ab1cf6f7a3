# What an edit did for patients (/studio/effects).
effects-title = Effects of changes
effects-lead = Conversations in which the article answered, or which began while that version of the bot answered: how many, how many needed no person, and how they were rated. As many days before the change as after it, at most 30. Of fewer than { $enough } conversations there is no percentage.
effects-what = Change
effects-since = Since
effects-cases = { $count ->
    [one] { $count } conversation
   *[other] { $count } conversations
}
effects-contained = without a person { $percent }%
effects-score = rated { $score } ({ $count ->
    [one] { $count } vote
   *[other] { $count } votes
})
effects-none = Nothing changed in the last 90 days.
effects-idle = Articles not used, or due for review
effects-idle-none = Every published article answered somebody in the last 90 days, and none waits for review.
effects-last = last answer { $day }
effects-never = has answered nobody yet
