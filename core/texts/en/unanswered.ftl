# Unanswered.
unanswered-title = Unanswered
unanswered-lead = Messages the bot did not understand or was unsure of, grouped by meaning. Numbers and addresses, and the names that could be recognised, are replaced by invented ones; a name may have remained.
unanswered-one = An unanswered question
unanswered-none = There are no questions here.
unanswered-state-open = To decide
unanswered-state-ignored = Ignored
unanswered-state-article = For an article
unanswered-state-intent = Added to an intent
unanswered-asked =
    { $messages ->
        [one] { $messages } message
       *[other] { $messages } messages
    }, { $people ->
        [one] { $people } person
       *[other] { $people } people
    }
unanswered-last = last { $at }
unanswered-reason-not-understood = not understood
unanswered-reason-offered = the bot asked back
unanswered-reason-no-article = no article
unanswered-reason-outside = out of scope
unanswered-reason-unsure = low confidence
unanswered-ways = How it was asked
unanswered-words = The words to be used
unanswered-words-hint = They can be changed. An example goes when the message it came from goes.
unanswered-nobody = These words point to nobody
unanswered-article = New article
unanswered-write = Write the article
unanswered-into = Intent
unanswered-choose = choose
unanswered-add = Add to the intent
unanswered-ignore = Ignore
unanswered-back = Put back to decide
unanswered-in-intent = The example is in the intent { $intent }
unanswered-before = Previous
unanswered-more = Next
refused-unanswered-decided = This question was decided already. The list shows how it stands now.
refused-unanswered-names = There is a number or an address in these words. Please take it out.
refused-unanswered-unconfirmed = Please confirm that these words point to nobody.
refused-unanswered-act = Please choose what is to come of the question, and an intent if it is to be added to one.
