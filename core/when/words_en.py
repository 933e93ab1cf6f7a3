"""The English words of time, folded to lower case, forms separated by a bar."""

from __future__ import annotations

WEEKDAYS: dict[int | str, str] = {
    0: "monday|mondays|mon",
    1: "tuesday|tuesdays|tues|tue",
    2: "wednesday|wednesdays|weds|wed",
    3: "thursday|thursdays|thurs|thur|thu",
    4: "friday|fridays|fri",
    5: "saturday|saturdays|sat",
    6: "sunday|sundays|sun",
}
MONTHS: dict[int | str, str] = {
    1: "january|jan",
    2: "february|feb",
    3: "march|mar",
    4: "april|apr",
    5: "may",
    6: "june|jun",
    7: "july|jul",
    8: "august|aug",
    9: "september|sept|sep",
    10: "october|oct",
    11: "november|nov",
    12: "december|dec",
}
WEAK = frozenset(
    [
        "mon",
        "tue",
        "tues",
        "wed",
        "weds",
        "thu",
        "thur",
        "thurs",
        "fri",
        "sat",
        "sun",
        "jan",
        "feb",
        "mar",
        "march",
        "apr",
        "may",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "august",
        "april",
        "june",
        "fall",
        "spring",
        "summer",
        "winter",
        "autumn",
        "night",
        "nights",
        "boy",
        "eod",
        "eom",
        "eoy",
        "bom",
        "boe",
        "evening",
        "mornings",
        "evenings",
        "afternoons",
        "lunch",
        "lunchtime",
    ]
)

WORDS: dict[str, dict[int | str, str]] = {
    "dow": {**WEEKDAYS},
    "month": {**MONTHS},
    "unit": {
        "second": "second|seconds|sec|secs",
        "minute": "minute|minutes|min|mins",
        "hour": "hour|hours|hr|hrs|h",
        "day": "day|days",
        "week": "week|weeks|wk|wks",
        "fortnight": "fortnight|fortnights",
        "month": "month|months",
        "quarter": "quarter|quarters|qtr",
        "year": "year|years|yr|yrs",
        "decade": "decade|decades",
    },
    "relday": {
        0: "today|todays|today ' s|at this time",
        1: "tomorrow|tomorrows|tomorrow ' s|tmrw|tmr|tomorow|tommorow|tommorrow|tomorro|2moro",
        2: "the day after tomorrow|day after tomorrow",
        -1: "yesterday|yesterdays|yesterday ' s|yday",
        -2: "the day before yesterday|day before yesterday",
    },
    "now": {"now": "now|right now|just now|at the moment|at this moment|immediately"},
    "det": {
        "this": "this|current|the current|todays",
        "coming": "coming|upcoming|this coming|the coming|the upcoming|the nearest"
        "|nearest|the closest|closest|this upcoming|the very next",
        "next": "next|the next|following|the following",
        "last": "last|past|previous|the last|the past|the previous|this past|the preceding|preceding",
    },
    "after_next": {"next": "after next"},
    "part": {
        "earlymorning": (
            "early morning|early in the morning|early hours of the morning|first thing in the morning|first thing"
        ),
        "morning": "morning|mornings|in the morning",
        "forenoon": "late morning|before noon|before midday",
        "afternoon": "afternoon|afternoons|in the afternoon|arvo",
        "lateafternoon": "late afternoon",
        "evening": "evening|evenings|in the evening|eve",
        "night": "night|nights|at night",
        "latenight": "late evening|late in the evening|late at night|late night",
        "lunch": "lunch|lunchtime|lunch time|at lunch|at lunchtime|lunch hour",
        "afterlunch": "after lunch|after lunchtime",
        "afterwork": "after work",
        "afterschool": "after school",
        "beforelunch": "before lunch",
    },
    "partday": {
        "latenight": "late tonight|late tonite|late tonigh",
        "evening": "tonight|tonite|tonigh|toinght",
    },
    "late": {"late": "late", "early": "early"},
    "noon": {12: "noon|midday|mid day|12 noon|12noon|noontime", 0: "midnight|mid night|12 midnight"},
    "season": {
        "spring": "spring|springtime",
        "summer": "summer|summertime",
        "autumn": "autumn|fall",
        "winter": "winter|wintertime",
    },
    "weekend": {"weekend": "weekend|weekends|week - end|week end|wkend|wknd"},
    "ampm": {"am": "am|a . m .|a . m|a m|in the am", "pm": "pm|p . m .|p . m|p m|in the pm"},
    "oclock": {"h": "o ' clock|oclock|o clock|hours|hrs|h"},
    "at": {
        "at": (
            "at|@|around|about|approximately|approx|at about|at around|at approximately|circa"
            "|roughly|exactly at"
            "|sometime around|by around|about at|at exactly|say|at roughly|around about"
        )
    },
    "prep": {"w": "in|on|for|during|the|at the|on the|in the|for the", "of": "of|of the"},
    "bound": {
        "after": (
            "after|later than|anytime after|any time after|sometime after|some time after"
            "|not until|only after"
            "|not till|at any time after"
        ),
        "since": (
            "since|from|starting|starting from|starting at|as of|not before|no earlier than"
            "|not earlier than|from about"
            "|no sooner than|not sooner than|any time from|anytime from|earliest|at the earliest"
            "|at the earliest at|onwards from"
            "|beginning at|beginning|from around|anytime since"
        ),
        "before": (
            "before|earlier than|anytime before|any time before|sometime before|prior to|some time before|ahead of"
        ),
        "until": (
            "until|till|til|up to|up until|through|no later than|not later than|not after"
            "|at the latest|at latest"
            "|anytime until|any time until|thru"
        ),
        "by": "by|anytime by|sometime by",
    },
    "from": {
        "from": (
            "from|starting from|between|in between|anytime between|any time between"
            "|sometime between|some time between|later than"
            "|after|starting at|starting|beginning"
        )
    },
    "to": {
        "to": (
            "to|-|till|til|until|through|thru|and|up to|up until|but before|and before"
            "|but not after|and not after"
            "|before|to about|and about|but earlier than"
        )
    },
    "dash": {"-": "-|to|till|til|until|through|thru|up to|up until"},
    "in": {
        "in": "in|in about|in around|in just|in another|in approximately|after|in exactly",
        "within": "within|within the next"
        "|in the next|over the next|during the next|inside|over the coming|in the coming"
        "|in under|in less than",
    },
    "ago": {"ago": "ago|back|earlier"},
    "hence": {"hence": "from now|from today|hence|later|from right now"},
    "shift": {1: "after|from|following", -1: "before|prior to"},
    "for": {"for": "for|lasting"},
    "begin": {
        "begin": (
            "beginning|at the beginning|the beginning|start|the start|at the start|early|in the beginning|early in"
        ),
        "mid": "middle|the middle|in the middle|mid|mid -|midpoint|halfway through",
        "end": "end|the end|at the end|late|in the end|late in|tail end|the very end",
    },
    "edge": {
        "begin year": "boy|the boy|at the boy",
        "end year": "eoy|the eoy|at the eoy",
        "begin month": "bom|the bom|at the bom",
        "end month": "eom|the eom|at the eom",
        "end day": (
            "eod|the eod|at the eod|end of day|end of the day|the end of the day|the end of day"
            "|at the end of the day"
            "|close of business|cob"
        ),
        "end week": "eow|the eow",
    },
    "of": {"of": "of|in|of the|in the|during|during the|for"},
    "and": {"and": "and|, and|,|&|plus"},
    "or": {"or": "or|and|, or|, and|,|/|or maybe|or else|or on|nor|&"},
    "few": {3: "few|a few|several", 2: "couple|a couple|couple of|a couple of|pair of|a pair of"},
    "one": {1: "a|an"},
    "half": {"half": "half a|half an|a half|half|1 / 2|1 / 2 a|½"},
    "andhalf": {"half": "and a half|and half|and one half"},
    "quarterhour": {15: "quarter|a quarter", 30: "half"},
    "past": {"past": "past|after|minutes past|minutes after|min past|mins past|minute past|mins after"},
    "to_hour": {"to": "to|before|til|till|of|minutes to|minutes before|minutes till|minutes til|mins to|min to"},
    "upcoming": {"upcoming": "upcoming"},
    "closest": {"closest": "closest|nearest"},
    "week_of": {"week": "week of|the week of|week of the|the week of the|week commencing|week beginning|week starting"},
    "ides": {13: "ides of|the ides of"},
    "not": {
        "not": (
            "not|not on|not in|except|except on|except for|but not|other than|apart from|besides"
            "|can ' t|cannot"
            "|can ' t do|cannot do|can ' t make|cannot make|can ' t make it|can ' t come"
            "|cannot come|won ' t be free|no"
            "|not available|not free|unavailable|busy|instead of|don ' t want|cant|cant do"
            "|cant make|cant come|without|never"
            "|anything but|any day but|any time but|anytime but"
        )
    },
    "rejected": {
        "not": (
            "doesn ' t work|does not work|doesnt work|is no good|isn ' t good|won ' t work|is out"
            "|is not good"
            "|doesn ' t suit|does not suit|is bad|don ' t work|do not work|are out|are no good"
        )
    },
    "daily": {
        "daily": (
            "daily|every day|everyday|each day|every morning|every evening|every night|every afternoon"
            "|each morning|nightly|every other day|once a day|twice a day|times a day"
        )
    },
    "nor": {"nor": "or|nor|and|,|, or|, and|&"},
    "year_word": {},
    "not_after": {
        "x": (
            "zl|pln|mg|ml|g|kg|cm|mm|m|km|%|°|degrees|tablets|tablet|pills|pill|euro|eur|usd"
            "|times|people|kids"
            "|children|percent|€|$|£|drops|iu|mcg|years|year|x|out of|stars|days|weeks|months"
            "|hours|minutes|gbp"
        )
    },
    "not_before": {
        "x": (
            "street|st|no|number|tel|phone|code|room|suite|floor|flat|apt|apartment|pesel|scale"
            "|rat|dose|age|aged"
            "|costs|cost|pay|$|€|£|#|+|score|grade|rate|temperature|bp"
        )
    },
}

CARDINALS = {
    0: "zero",
    1: "one",
    2: "two",
    3: "three",
    4: "four",
    5: "five",
    6: "six",
    7: "seven",
    8: "eight",
    9: "nine",
    10: "ten",
    11: "eleven",
    12: "twelve",
    13: "thirteen",
    14: "fourteen",
    15: "fifteen",
    16: "sixteen",
    17: "seventeen",
    18: "eighteen",
    19: "nineteen",
    20: "twenty",
    30: "thirty",
    40: "forty|fourty",
    50: "fifty",
    60: "sixty",
    70: "seventy",
    80: "eighty",
    90: "ninety",
    100: "hundred",
    1000: "thousand",
}
_ORDINALS = {
    1: "first",
    2: "second",
    3: "third",
    4: "fourth",
    5: "fifth",
    6: "sixth",
    7: "seventh",
    8: "eighth",
    9: "ninth|nineth",
    10: "tenth",
    11: "eleventh",
    12: "twelfth|twelveth",
    13: "thirteenth",
    14: "fourteenth",
    15: "fifteenth",
    16: "sixteenth",
    17: "seventeenth",
    18: "eighteenth",
    19: "nineteenth",
    20: "twentieth",
    30: "thirtieth",
    40: "fortieth",
    50: "fiftieth",
}
ORDINALS: dict[str, tuple[int, str]] = {
    word: (number, "m") for number, words in _ORDINALS.items() for word in words.split("|")
}
ORDINAL_SUFFIXES = dict.fromkeys(("st", "nd", "rd", "th"), "m")
NOT_A_TYPO = frozenset(
    [
        "sundae",
        "sundaes",
        "midday",
        "someday",
        "sundry",
        "friary",
        "marches",
        "marched",
        "marcher",
        "juliet",
        "julian",
        "augusta",
        "octobers",
        "monkey",
        "mondale",
        "fryday",
        "decembre",
        "sundays",
        "thirsty",
        "thirds",
        "secondary",
        "noonday",
        "heyday",
        "payday",
        "workday",
        "weekday",
        "weekdays",
    ]
)
