# What the clinic says of itself: sites, hours, the price list.
facts-title = Clinic facts
facts-parts = Parts of the clinic's facts
facts-sites = Sites and hours
facts-lead = This is how the bot, calls, booking and articles give addresses, telephones and hours. A change holds from the next message on.
facts-none = There is no site yet. Importing a file adds them.
facts-change = Change
facts-empty = (nothing)
facts-field-name = Name
facts-field-address = Address
facts-field-phone = Telephone
facts-field-parking = Parking
facts-field-directions = Directions
facts-field-parking-pl = Parking in Polish
facts-field-parking-en = Parking in English
facts-field-directions-pl = Directions in Polish
facts-field-directions-en = Directions in English
facts-hours = Opening hours
facts-hours-hint = For example "8:00–12:00, 14:00–18:00". An empty field is a day without visits. Visits are offered within these hours only; single days are closed on the page "Closed days".
facts-day-0 = Monday
facts-day-1 = Tuesday
facts-day-2 = Wednesday
facts-day-3 = Thursday
facts-day-4 = Friday
facts-day-5 = Saturday
facts-day-6 = Sunday
facts-closed-weekday = closed
facts-save = Save
facts-save-anyway = Confirm and save
facts-back = All sites
facts-saved = Saved. It holds from the next message on.
facts-before-saving = Before this is saved
facts-press-again = Nothing is saved yet. The form below can be mended.
facts-rewordings = { $count ->
    [one] The words of { $count } published article will change:
   *[other] The words of { $count } published articles will change:
}
facts-channel-webchat = chat
facts-channel-sms = SMS
facts-channel-voice = telephone
facts-open-article = Open the article
facts-sms-long = The SMS will have { $count } segments. That is too many: the article needs a shorter SMS variant.
facts-left = { $count ->
    [one] { $count } booked visit will be outside the new hours. It is not moved by itself.
   *[other] { $count } booked visits will be outside the new hours. They are not moved by themselves.
}
facts-outside = Booked visits outside the hours
facts-outside-lead = They stay booked. Reception can move or cancel them from the calendar.
facts-outside-count = { $count ->
    [one] { $count } booked visit is outside the opening hours.
   *[other] { $count } booked visits are outside the opening hours.
}
facts-outside-which = Show which
facts-theirs = What somebody else saved
facts-theirs-lead = The facts changed while the form was open. Saving again replaces them by what stands in the form below.
facts-saved-as = Saved: { $words }
facts-typed-as = In the form: { $words }
refused-facts-faults = { $count ->
    [one] Nothing was saved: one field needs mending.
   *[other] Nothing was saved: { $count } fields need mending.
}
refused-facts-changed = Somebody saved these facts meanwhile. Nothing has been replaced yet.
refused-fact-missing = This field is needed.
refused-fact-long = At most { $most } characters.
refused-fact-letters = Curly brackets are reserved for articles.
refused-fact-both = Both languages are needed, or neither.
refused-fact-phone = This is no telephone number. An extension is better told in the directions or in an article.
refused-fact-name-twice = Another site has that name already.
refused-hours-unreadable = "{ $words }" cannot be read. For example: 8:00–12:00, 14:00–18:00.
refused-hours-order = "{ $words }": it must close later than it opens.
refused-hours-overlap = The hours overlap at "{ $words }".
refused-hours-many = At most { $most } stretches a day.
refused-hours-none = At least one day needs hours. Single days are closed on the page "Closed days".

prices-title = Price list
prices-lead = From here the bot takes prices in the chat, by SMS and on the telephone, and booking tells the price of the visit's day. Amounts in articles are compared with it when they are published.
prices-find = Examination or specialty
prices-find-act = Find
prices-kind-service = Examinations and procedures
prices-kind-visit = Visits
prices-everywhere = all sites
prices-elsewhere = other sites
prices-saved = Saved.
prices-no-price = no price
prices-no-price-lead = The bot answers that the price is not in the list, and offers a person.
prices-not-found = Nothing has that name.
prices-nothing = There are no examinations and no specialties yet. Importing a file adds them.
prices-of = Price: { $name }
prices-now = Prices now and to come
prices-ahead = from { $day }: { $amount }
prices-to = to { $day }
prices-from = from { $day }
prices-from-to = from { $first } to { $last }
prices-new = New price
prices-amount = Amount in PLN
prices-where = Where
prices-valid-from = Valid from
prices-valid-to = Valid to
prices-valid-to-hint = Empty: until the next price.
prices-payer = The list is for private visits. With public cover (NFZ) nothing is paid.
prices-look = Continue
prices-back = The whole list
prices-withdraw = Withdraw
prices-withdraw-sure = Yes, withdraw { $amount }: this price will not begin on { $day }.
prices-history = History
prices-state-now = valid
prices-state-ahead = to come
prices-state-over = former
prices-state-withdrawn = withdrawn
prices-set-by = set by { $name }, { $at }
prices-set-before = from the first data
prices-withdrawn-by = withdrawn by { $name }, { $at }
prices-nobody = the system
prices-step-new = { $amount } from { $day }.
prices-step-until = Last day: { $day }.
prices-step-ends = Last day of the price { $amount }: { $day }. What held stays in the history.
prices-step-stays = { $site } keeps its own price of { $amount }. It can be ended on this page.
prices-end-own = End this site’s own price
prices-end-own-lead = From today on { $site } has the price of the other sites: { $amount }. The one until now stays in the history.
prices-end-own-act = End it from today
prices-end-own-sure = Yes, end this site’s price of { $amount }.
prices-step-replaces = It replaces the price { $amount }, which began on the same day. That one stays in the history as withdrawn.
prices-step-large = A large difference: { $before } now, { $after } then. Is that surely no slip?
prices-step-gap = After { $day } there will be no price in the list, and the bot will say that it does not know it.
prices-step-article = An article ({ $tongue }) names PLN { $amount }, an amount the list will no longer have:
refused-prices-changed = Somebody changed these prices meanwhile. They stand below; the new price is not saved yet.
refused-price-unreadable = This is no amount. For example: 250 or 249.50.
refused-price-negative = A price cannot be negative.
refused-price-high = At most PLN { $most }.
refused-price-past = Prices of the past are not changed. Today at the earliest.
refused-price-far = At most two years ahead.
refused-price-order = The last day is before the first.
refused-price-same-day = Another price is set from that day. It has to be withdrawn first.
refused-price-overlap = From { $day } another price is set ({ $amount }). This one has to end before, or that one has to be withdrawn.
refused-price-holds = This price holds already. Instead of withdrawing it, set a new one from today.
refused-price-day = The day cannot be read.
refused-price-site = There is no such site.
price-list-lead = Prices of private visits and examinations. With public cover (NFZ) a visit is free where it applies.
price-list-since = since { $day }
price-list-empty = There is no price list here yet. The reception tells prices: { $phone }.
