"""Word lists for entities that no table of the clinic holds: medicines, complaints, persons. Folded stems, so that endings do not
matter. Not a medical source: a word here is found and passed on, nothing is concluded from it.
"""

MEDICINES: dict[str, tuple[str, ...]] = {
    "paracetamol": (
        r"paracetamol\w*",
        r"apap\w*",
        r"panadol\w*",
        r"acetaminophen",
        r"tylenol",
    ),
    "ibuprofen": (
        r"ibuprofen\w*",
        r"ibuprom\w*",
        r"nurofen\w*",
        r"advil",
    ),
    "acetylsalicylic acid": (
        r"aspiryn\w*",
        r"aspirin\w*",
        r"polocard\w*",
        r"acard\w*",
    ),
    "metformin": (
        r"metformin\w*",
        r"siofor\w*",
        r"glucophage\w*",
    ),
    "insulin": (r"insulin\w*",),
    "levothyroxine": (
        r"euthyrox\w*",
        r"letrox\w*",
        r"lewotyroksyn\w*",
        r"levothyroxine",
    ),
    "salbutamol": (
        r"ventolin\w*",
        r"salbutamol\w*",
        r"albuterol",
    ),
    "bisoprolol": (
        r"bisocard\w*",
        r"bisoprolol\w*",
        r"concor\w*",
    ),
    "rivaroxaban": (
        r"xarelto",
        r"rywaroksaban\w*",
        r"rivaroxaban",
    ),
    "warfarin": (
        r"warfin\w*",
        r"warfaryn\w*",
        r"warfarin",
    ),
    "sertraline": (
        r"asertin\w*",
        r"sertralin\w*",
        r"zoloft\w*",
    ),
    "pantoprazole": (
        r"controloc\w*",
        r"pantoprazol\w*",
        r"ipp",
    ),
    "omeprazole": (
        r"omeprazol\w*",
        r"polprazol\w*",
    ),
    "amoxicillin": (
        r"amoksycylin\w*",
        r"amoxicillin",
        r"amotaks\w*",
        r"augmentin\w*",
        r"duomox\w*",
    ),
    "antibiotic": (
        r"antybiotyk\w*",
        r"antibiotics?",
    ),
    "ramipril": (
        r"ramipril\w*",
        r"tritace",
    ),
    "amlodipine": (
        r"amlodypin\w*",
        r"amlodipin\w*",
        r"amlozek",
    ),
    "atorvastatin": (
        r"atorwastatyn\w*",
        r"atorvastatin",
        r"tulip",
        r"atoris",
    ),
    "contraceptive": (
        r"antykoncepc\w*",
        r"contracepti\w*",
    ),
    "inhaler": (
        r"inhalator\w*",
        r"inhalers?",
    ),
    "ketoprofen": (
        r"ketonal\w*",
        r"ketoprofen\w*",
    ),
    "loratadine": (
        r"loratadyn\w*",
        r"claritine",
        r"loratadine",
    ),
    "cetirizine": (
        r"cetyryzyn\w*",
        r"zyrtec",
        r"cetirizine",
    ),
    "diclofenac": (
        r"diklofenak\w*",
        r"voltaren\w*",
        r"diclofenac",
    ),
    "prednisone": (
        r"encorton\w*",
        r"prednizon\w*",
        r"prednisone",
    ),
    "antidepressant": (
        r"antydepresant\w*",
        r"antidepressants?",
    ),
}
"""An international or group name in English, and the words people use for it as regular expressions on folded text."""

SYMPTOMS: dict[str, tuple[str, ...]] = {
    "fever": (
        r"goraczk\w*",
        r"temperatur\w*",
        r"fever\w*",
    ),
    "cough": (
        r"kaszel",
        r"kaszl\w*",
        r"cough\w*",
    ),
    "runny nose": (
        r"katar\w*",
        r"(?:runny|blocked)\s+nose",
    ),
    "headache": (
        r"bol\w*\s+(?:mnie\s+|mi\s+|go\s+|ja\s+)?glow\w*",
        r"glowa\s+(?:mnie\s+)?boli",
        r"headache\w*",
        r"migren\w*",
        r"migraine\w*",
    ),
    "abdominal pain": (
        r"bol\w*\s+(?:mnie\s+|go\s+|ja\s+)?(?:brzuch\w*|zoladek|podbrzusz\w*)",
        r"brzuch\s+(?:mnie\s+)?boli",
        r"(?:stomach|abdominal|tummy|belly)\s?(?:aches?|pains?|hurts)",
    ),
    "back pain": (
        r"bol\w*\s+(?:mnie\s+)?(?:plec\w*|krzyz\w*|kregoslup\w*)",
        r"back\s?(?:aches?|pain|hurts)",
    ),
    "chest pain": (
        r"bol\w*\s+(?:mnie\s+)?w\s+(?:klatce|piersi)\w*",
        r"chest\s+pain",
    ),
    "sore throat": (
        r"bol\w*\s+(?:mnie\s+)?gardl\w*",
        r"gardlo\s+(?:mnie\s+)?boli",
        r"sore\s+throat",
        r"throat\s+hurts",
    ),
    "knee pain": (
        r"bol\w*\s+(?:mnie\s+)?kolan\w*",
        r"knee\s+(?:pain|hurts)",
    ),
    "toothache": (
        r"bol\w*\s+(?:mnie\s+)?z[ae]b\w*",
        r"toothache",
        r"tooth\s+(?:hurts|aches)",
    ),
    "ear pain": (
        r"bol\w*\s+(?:mnie\s+|go\s+)?uch\w*",
        r"ear\s?ache",
    ),
    "rash": (
        r"wysypk\w*",
        r"krost\w*",
        r"rash\w*",
    ),
    "vomiting": (
        r"wymiot\w*",
        r"wymiotuj\w*",
        r"vomit\w*",
        r"throwing\s+up",
    ),
    "diarrhoea": (
        r"biegunk\w*",
        r"rozwolnien\w*",
        r"diarrh\w*",
    ),
    "dizziness": (
        r"zawrot\w*(?:\s+glowy)?",
        r"kreci\s+mi\s+sie",
        r"dizz\w+",
    ),
    "shortness of breath": (
        r"dusznos\w*",
        r"short(?:ness)?\s+of\s+breath",
    ),
    "nausea": (
        r"mdlosc\w*",
        r"nudnosc\w*",
        r"nausea",
    ),
    "swelling": (
        r"opuchl\w*",
        r"spuch\w*",
        r"obrzek\w*",
        r"swollen",
        r"swelling",
    ),
    "palpitations": (
        r"kolatan\w*",
        r"palpitations?",
    ),
    "bleeding": (
        r"krwaw\w*",
        r"krwotok\w*",
        r"bleed\w*",
    ),
    "numbness": (
        r"dretw\w*",
        r"numb\w*",
    ),
    "itching": (
        r"swedz\w*",
        r"swiad\w*",
        r"itch\w*",
    ),
    "fatigue": (
        r"zmecz\w+",
        r"fatigue",
        r"exhausted",
    ),
    "insomnia": (
        r"bezsenno\w*",
        r"insomnia",
    ),
    "heartburn": (
        r"zgag\w*",
        r"heartburn",
    ),
    "constipation": (
        r"zaparc\w*",
        r"constipat\w*",
    ),
    "high blood pressure": (
        r"nadcisnien\w*",
        r"(?:wysokie|skacze)\s+cisnieni\w*",
        r"high\s+blood\s+pressure",
    ),
}

PERSONS: dict[str, tuple[str, ...]] = {
    "child": (
        r"dziec\w*",
        r"syn(?:a|ek|ka|kowi|owi|em|u)?",
        r"cor(?:k\w+|ce|eczk\w+)",
        r"niemowl\w*",
        r"wnu(?:k\w*|cz\w+)",
        r"child(?:ren)?",
        r"kids?",
        r"son",
        r"daughter",
        r"baby",
        r"toddler",
        r"grand(?:son|daughter|child\w*)",
    ),
    "parent": (
        r"mam(?:a|y|e|ie|o|usi\w*)",
        r"matk\w*",
        r"matce",
        r"tat(?:a|y|e|o|us\w*|cie)",
        r"oj(?:ciec|ca|cu|cem)",
        r"rodzic\w*",
        r"mother",
        r"father",
        r"mum",
        r"mom",
        r"dad",
        r"parents?",
    ),
    "partner": (
        r"zon(?:a|y|e|ie|o)",
        r"maz",
        r"mez(?:a|owi|em|u)",
        r"partner\w*",
        r"narzeczon\w*",
        r"wife",
        r"husband",
        r"spouse",
        r"fiancee?",
    ),
    "other": (
        r"babci\w*",
        r"dziad(?:ek|k\w+)",
        r"brat(?:a|u|em|owi)?",
        r"siostr\w*",
        r"tesc\w*",
        r"ciot\w*",
        r"wuj\w*",
        r"sasiad\w*",
        r"kole(?:g\w+|zank\w+)",
        r"brother",
        r"sister",
        r"friend",
        r"neighbou?r",
        r"aunt",
        r"uncle",
        r"grand(?:ma|pa|mother|father)",
    ),
    "self": (
        r"dla\s+(?:mnie|siebie)",
        r"for\s+(?:me|myself)",
    ),
}
