"""Invented names, places and sentences, so that the rows look like those of a real group.

Nothing here belongs to anyone: domains are reserved (RFC 2606), addresses for documentation
only (RFC 5737, RFC 3849), telephone numbers cannot be dialled.
"""

from typing import Final

FIRST_NAMES: Final = {
    "NL01": ("Bram", "Fleur", "Zoë", "Joost", "Naomi", "Sjoerd", "Fatima", "Daan", "Anouk", "Ruud"),
    "BE01": ("Lotte", "Wout", "Amélie", "Jef", "Hanne", "Youssef", "Nele", "Senne", "Marie-Ève"),
    "FR01": ("Loïc", "Chloé", "François", "Inès", "Rémi", "Aïcha", "Benoît", "Océane", "Hugo"),
}
LAST_NAMES: Final = {
    "NL01": ("de Boer", "van den Berg", "Jansen", "'t Hart", "Yilmaz", "Kuipers", "van Dijk"),
    "BE01": ("Peeters", "Vandenbroucke", "D'Hondt", "Claes", "El Amrani", "De Smet", "Wouters"),
    "FR01": ("Lefèvre", "Moreau", "d'Aubigné", "Dupont-Rey", "Benali", "Garnier", "Chevalier"),
}
STREETS: Final = {
    "NL01": ("Voorbeeldweg", "Proefstraat", "Oude Testdijk", "Demolaan", "Van Fictiekade"),
    "BE01": ("Voorbeeldstraat", "Testsesteenweg", "Proefdreef", "Rue de l'Exemple"),
    "FR01": ("rue de l'Exemple", "avenue du Modèle", "impasse des Essais", "quai Fictif"),
}
TOWNS: Final = {
    "NL01": (("1000 XX", "Voorbeeldam"), ("3500 XX", "Testrecht"), ("9700 XX", "Proefingen")),
    "BE01": (("0900", "Proefwerpen"), ("0910", "Voorbeeldeke"), ("0920", "Testegem")),
    "FR01": (("00100", "Exempleville"), ("00200", "Modèle-sur-Essai"), ("00300", "Fictigny")),
}
COUNTRIES: Final = {"NL01": "NL", "BE01": "BE", "FR01": "FR"}
PHONES: Final = {
    "NL01": "020 000 {:04d}",
    "BE01": "+32 2 000 {:04d}",
    "FR01": "01 99 00 {:02d} {:02d}",
}

COMPANIES: Final = ("medilab", "zorgdata", "kliniek-noord", "labo-express", "bloedbank", "hemotech")
JOBS: Final = ("inkoper", "laborant", "hoofd lab", "directeur", "pharmacien", "klinisch bioloog")
SERVICES: Final = ("schoonmaak", "transport koelketen", "IT-beheer", "vertalingen", "kalibratie")
CHANNELS: Final = ("TEL", "MAIL", "BEURS", "BEZOEK")
COLLEAGUES: Final = ("Karin", "Thijs", "Mme Roux", "Stijn V.", "dhr. Bakker")
DIETS: Final = ("halal", "glutenvrij (coeliakie)", "kosher", "sans lactose", "notenallergie")
USER_AGENTS: Final = ("Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (iPhone)", "curl/8.5.0")

REMARKS: Final = (
    "{who} belt liever na 16u; partner neemt soms op.",
    "Let op: {who} kent {colleague} nog van het vorige bedrijf.",
    "Préfère le français. Contact via {colleague} si {who} absent(e).",
)
CONTACT_NOTES: Final = (
    "Gebeld met {who} over offerte, {colleague} mailt prijslijst.",
    "{who} klaagt over levertijd; excuses aangeboden.",
    "Rencontré {who} au salon, souhaite une démo avec {colleague}.",
)
ORDER_NOTES: Final = ("afleveren t.a.v. {who}", "spoed! bellen met {colleague}", "livrer à {who}")
FINDINGS: Final = (
    "Identiteit {who} vastgesteld aan balie door {colleague}, geen bijzonderheden.",
    "PEP-check {who}: geen treffer. Herkomst middelen plausibel.",
    "Opvallende contante betaling; {who} gehoord, zie memo {colleague}.",
)
INTERVIEW_NOTES: Final = (
    "{who} maakt een rustige indruk, twijfel over reistijd.",
    "Goede vakkennis. {colleague} wil tweede ronde met {who}.",
    "{who} vertelt over burn-out in vorig jaar; niet relevant, schrappen?",
)
QUESTIONS: Final = (
    "Goedemiddag, kunt u mij een offerte sturen? Groet, {who}",
    "Bonjour, je n'arrive pas à joindre {colleague}. Cordialement, {who}",
    "Ik heb nog geen antwoord gehad op mijn vraag van vorige week. {who}",
)
EVENTS: Final = ("Webinar stolling", "Gebruikersdag", "Journée hémostase", "Training analysers")
