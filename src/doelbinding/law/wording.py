"""The sentences in which people read what the law gives them, in nl, en and fr.

They stand in letters, on sheets and in the portal, so they address the person, name no article
(the article goes beside them) and say what the person can do.
"""

from __future__ import annotations

import re
from types import MappingProxyType

from doelbinding.policy.text import Text


def text(*, nl: str, en: str, fr: str) -> Text:
    """Give a text that nobody can change, in the three languages of the law package, as typeset."""
    return MappingProxyType({"nl": _set(nl), "en": _set(en), "fr": _spaced(_set(fr))})


def _set(said: str) -> str:
    return re.sub(r"(?<=\w)'(?=\w)", "\u2019", said)


def _spaced(said: str) -> str:
    """Keep a sign of French with the word before it."""
    return re.sub(r" (?=[:;?!»])", "\u00a0", said)


ACCESS = text(
    nl="U kunt altijd vragen welke gegevens wij van u hebben, en er een kopie van krijgen.",
    en="You can always ask which data we have about you, and get a copy of them.",
    fr="Vous pouvez toujours demander quelles données nous avons sur vous, et en recevoir copie.",
)
RECTIFICATION = text(
    nl="U kunt onjuiste gegevens laten verbeteren en onvolledige laten aanvullen.",
    en="You can have wrong data corrected and incomplete data completed.",
    fr="Vous pouvez faire corriger des données inexactes et compléter des données incomplètes.",
)
RESTRICTION = text(
    nl="U kunt vragen dat wij uw gegevens bewaren maar voorlopig niet gebruiken, bijvoorbeeld "
    "terwijl wij uitzoeken of ze kloppen of uw bezwaar afwegen.",
    en="You can ask us to keep your data but not use them for now, for instance while we find "
    "out whether they are right or weigh your objection.",
    fr="Vous pouvez demander que nous conservions vos données sans les utiliser pour l'instant, "
    "par exemple le temps de vérifier leur exactitude ou d'examiner votre opposition.",
)
COMPLAINT = text(
    nl="U kunt een klacht indienen bij de toezichthouder, in het land waar u woont of werkt of "
    "waar het volgens u misging.",
    en="You can complain to the supervisory authority, in the country where you live or work or "
    "where you think things went wrong.",
    fr="Vous pouvez introduire une réclamation auprès de l'autorité de contrôle, dans le pays où "
    "vous vivez ou travaillez ou dans celui où le manquement aurait eu lieu.",
)

ERASURE = text(
    nl="U kunt vragen uw gegevens te wissen. Wat wij dan nog bewaren, noemen wij, met de reden "
    "en tot wanneer.",
    en="You can ask us to erase your data. What we then still keep, we name, with the reason and "
    "until when.",
    fr="Vous pouvez demander l'effacement de vos données. Ce que nous conserverions encore, nous "
    "vous l'indiquons, avec la raison et jusqu'à quand.",
)
ERASURE_UNDER_STATUTE = text(
    nl="U kunt vragen uw gegevens te wissen. Wat de wet ons verplicht te bewaren, moeten wij "
    "houden zolang die verplichting duurt; daarna wissen wij het.",
    en="You can ask us to erase your data. What the law obliges us to keep, we must hold as long "
    "as that duty lasts; after that we erase it.",
    fr="Vous pouvez demander l'effacement de vos données. Celles que la loi nous oblige à "
    "conserver restent chez nous tant que dure cette obligation ; ensuite nous les effaçons.",
)

PORTABILITY = text(
    nl="U kunt de gegevens die u zelf hebt gegeven of die over uw gebruik zijn vastgelegd, "
    "krijgen in een vorm die een computer kan lezen, of aan een ander laten sturen.",
    en="You can get the data that you gave us yourself, or that were recorded of your use, in a "
    "form that a computer can read, or have them sent to somebody else.",
    fr="Vous pouvez recevoir les données que vous avez fournies ou qui ont été relevées de votre "
    "utilisation, dans un format lisible par machine, ou les faire transmettre à un tiers.",
)
NO_PORTABILITY_BASIS = text(
    nl="Dit recht geldt niet: wij gebruiken deze gegevens niet op grond van uw toestemming of "
    "van een overeenkomst met u. Een kopie kunt u wel vragen.",
    en="This right does not apply: we do not use these data on the ground of your consent or of "
    "a contract with you. You can still ask for a copy.",
    fr="Ce droit ne s'applique pas : nous n'utilisons pas ces données sur la base de votre "
    "consentement ni d'un contrat avec vous. Vous pouvez toutefois en demander copie.",
)
NO_PORTABILITY_ON_PAPER = text(
    nl="Dit recht geldt niet: deze gegevens worden niet met een computer verwerkt. Een kopie "
    "kunt u wel vragen.",
    en="This right does not apply: these data are not processed by computer. You can still ask "
    "for a copy.",
    fr="Ce droit ne s'applique pas : ces données ne font pas l'objet d'un traitement automatisé. "
    "Vous pouvez toutefois en demander copie.",
)

OBJECTION = text(
    nl="U kunt bezwaar maken om redenen die met uw eigen situatie te maken hebben. Wij stoppen "
    "dan, tenzij wij dwingende redenen tonen die zwaarder wegen.",
    en="You can object for reasons that have to do with your own situation. We then stop, unless "
    "we show compelling reasons that weigh more.",
    fr="Vous pouvez vous opposer pour des raisons tenant à votre situation particulière. Nous "
    "cessons alors, sauf à démontrer des motifs impérieux qui l'emportent.",
)
OBJECTION_TO_MARKETING = text(
    nl="U kunt op elk moment bezwaar maken tegen direct marketing. Wij stoppen dan meteen, "
    "zonder dat u een reden hoeft te geven.",
    en="You can object to direct marketing at any time. We then stop at once, and you need not "
    "give a reason.",
    fr="Vous pouvez à tout moment vous opposer à la prospection. Nous cessons alors aussitôt, "
    "sans que vous ayez à vous justifier.",
)
NO_OBJECTION = text(
    nl="Dit recht geldt niet: het bestaat waar wij gegevens gebruiken voor een gerechtvaardigd "
    "belang of een taak van algemeen belang, en dat is hier niet zo.",
    en="This right does not apply: it exists where we use data for a legitimate interest or a "
    "task in the public interest, and that is not so here.",
    fr="Ce droit ne s'applique pas : il existe lorsque nous utilisons des données pour un "
    "intérêt légitime ou une mission d'intérêt public, ce qui n'est pas le cas ici.",
)

WITHDRAW = text(
    nl="U kunt uw toestemming op elk moment intrekken, even makkelijk als u haar gaf. Wat "
    "daarvoor is gebeurd, blijft rechtmatig.",
    en="You can withdraw your consent at any time, as easily as you gave it. What was done "
    "before remains lawful.",
    fr="Vous pouvez retirer votre consentement à tout moment, aussi simplement que vous l'avez "
    "donné. Ce qui a été fait auparavant reste licite.",
)
NO_WITHDRAWAL = text(
    nl="Er is niets in te trekken: wij gebruiken deze gegevens niet op grond van toestemming.",
    en="There is nothing to withdraw: we do not use these data on the ground of consent.",
    fr="Il n'y a rien à retirer : nous n'utilisons pas ces données sur la base d'un consentement.",
)

HUMAN_REVIEW = text(
    nl="Een computer neemt hier een besluit over u. U kunt vragen dat een mens ernaar kijkt, uw "
    "kant vertellen en het besluit aanvechten.",
    en="A computer takes a decision about you here. You can ask that a human looks at it, tell "
    "your side and contest the decision.",
    fr="Une machine prend ici une décision à votre sujet. Vous pouvez demander qu'une personne "
    "l'examine, donner votre point de vue et contester la décision.",
)
NO_AUTOMATED_DECISION = text(
    nl="Hier neemt geen computer alleen een besluit over u.",
    en="No decision about you is taken by a computer alone here.",
    fr="Aucune décision à votre sujet n'est prise ici uniquement par une machine.",
)

NOT_SHOWN_TO_BE_NEEDED = text(
    nl="Wij stoppen hiermee: wij kunnen niet aantonen dat wij uw gegevens hiervoor nog nodig "
    "hebben.",
    en="We stop this: we cannot show that we still need your data for it.",
    fr="Nous cessons : nous ne pouvons pas montrer que vos données nous sont encore nécessaires "
    "pour cela.",
)
CONSENT_ENDS = text(
    nl="Wij stoppen hiermee: wij deden het met uw toestemming, en uw verzoek lezen wij als "
    "intrekking daarvan.",
    en="We stop this: we did it with your consent, and we read your request as its withdrawal.",
    fr="Nous cessons : nous le faisions avec votre consentement, et votre demande vaut retrait de "
    "celui-ci.",
)
MARKETING_ENDS = text(
    nl="Wij gebruiken uw gegevens niet meer voor direct marketing, nu niet en later niet.",
    en="We no longer use your data for direct marketing, neither now nor later.",
    fr="Nous n'utilisons plus vos données à des fins de prospection, ni maintenant ni plus tard.",
)
CONTRACT_LIVES = text(
    nl="Wij bewaren deze gegevens zolang wij ze nodig hebben voor onze overeenkomst met u, of "
    "voor de stappen daarnaartoe waar u om vroeg.",
    en="We keep these data as long as we need them for our contract with you, or for the steps "
    "towards one that you asked for.",
    fr="Nous conservons ces données tant qu'elles sont nécessaires à notre contrat avec vous, ou "
    "aux démarches préalables que vous avez demandées.",
)
STATUTE_DEMANDS = text(
    nl="De wet verplicht ons deze gegevens te bewaren. Wij houden alleen wat daarvoor nodig is, "
    "en niet langer.",
    en="The law obliges us to keep these data. We hold only what that takes, and no longer.",
    fr="La loi nous oblige à conserver ces données. Nous ne gardons que ce qu'elle exige, et pas "
    "plus longtemps.",
)
VITAL_INTEREST = text(
    nl="Wij bewaren deze gegevens zolang iemands leven of gezondheid ervan afhangt.",
    en="We keep these data as long as somebody's life or health depends on them.",
    fr="Nous conservons ces données tant que la vie ou la santé d'une personne en dépend.",
)
OBJECTION_PREVAILS = text(
    nl="Wij stoppen hiermee: wij behandelen uw verzoek als een bezwaar, en er zijn geen dwingende "
    "redenen die zwaarder wegen dan uw belang.",
    en="We stop this: we treat your request as an objection, and there are no compelling reasons "
    "that weigh more than your interest.",
    fr="Nous cessons : nous traitons votre demande comme une opposition, et aucun motif impérieux "
    "ne l'emporte sur votre intérêt.",
)
OBJECTION_WEIGHED = text(
    nl="Wij behandelen uw verzoek als een bezwaar. Wij gebruiken deze gegevens niet zolang wij "
    "het afwegen, en laten u binnen de termijn weten wat wij doen.",
    en="We treat your request as an objection. We do not use these data while we weigh it, and "
    "tell you what we do before the deadline.",
    fr="Nous traitons votre demande comme une opposition. Nous n'utilisons pas ces données le "
    "temps de l'examiner, et vous répondons dans le délai.",
)
CLAIM_EXAMINED = text(
    nl="U zegt dat wij deze gegevens niet mogen hebben. Wij gebruiken ze niet zolang wij dat "
    "uitzoeken, en laten u binnen de termijn weten wat wij doen.",
    en="You say that we may not have these data. We do not use them while we look into it, and "
    "tell you what we do before the deadline.",
    fr="Vous indiquez que nous ne pouvons pas détenir ces données. Nous ne les utilisons pas le "
    "temps de le vérifier, et vous répondons dans le délai.",
)
CLAIM_GRANTED = text(
    nl="Wij stoppen hiermee: uw verzoek is terecht.",
    en="We stop this: your request is justified.",
    fr="Nous cessons : votre demande est fondée.",
)
COMPELLING = text(
    nl="Wij bewaren deze gegevens om dwingende redenen die zwaarder wegen dan uw belang: {why}",
    en="We keep these data for compelling reasons that weigh more than your interest: {why}",
    fr="Nous conservons ces données pour des motifs impérieux qui l'emportent sur votre "
    "intérêt : {why}",
)
