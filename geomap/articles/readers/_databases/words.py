"""What the databases call things, in the languages of their interfaces: labels, markers, months, editions.

Labels are compared by :func:`label_key`, without case, accents, spaces and hyphens, so that ``LÄNGE``, ``Länge`` and
``LANGE`` are one word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

# English | French | German | Spanish | Italian | Dutch, separated by commas where a language has several.
_NEXIS_LABELS = {
    "headline": "headline, title | titre | titel, überschrift, schlagzeile | titular, título | titolo | kop, titel",
    "byline": "byline, author | auteur | autor, verfasser, von | autor, autores | autore, firma | auteur, byline",
    "section": "section | rubrique, section | rubrik, ressort, sektion | sección | sezione, rubrica | rubriek, sectie",
    "length": "length | longueur | länge | longitud, extensión | lunghezza | lengte",
    "body": "body, full text | corps, texte | volltext, textkörper | cuerpo, texto | corpo, testo | hoofdtekst, tekst",
    "lead": "highlight, dateline, series, abstract, subtitle, column | encart, chapeau | untertitel, vorspann"
    "| resumen, subtítulo | sottotitolo, sommario | ondertitel, samenvatting",
    "url": "url, link | lien | link | enlace | link | link",
    # What stands behind the body.
    "indexing": "subject, organization, company, ticker, stock symbol, industry, person, city, state, country, region,"
    " geographic, load date, language, publication type, journal code, graphic, notes, correction, correction date,"
    " distribution, type, document type, acc no, update, issn, isbn, disclaimer, enhancement, pub type, jrnl code,"
    " source type, copyright, photo credit, dayline, e mail, web"
    "| sujet, société, symbole boursier, secteur activité, personne, ville, état, pays, localisation géo,"
    " date chargement, date de chargement, langue, type publication, type de publication, code revue, graphique,"
    " organisation, secteur d'activité, zone géographique"
    "| thema, thematik, firma, unternehmen, branche, person, stadt, bundesland, land, region, update, grafik, ladedatum,"
    " sprache, publikationstyp, publikation typ, publikationsart, zeitschriftencode, zeitungscode, organisation,"
    " geografie, hinweis"
    "| tema, asunto, compañía, empresa, sector, industria, persona, ciudad, estado, país, geográfico,"
    " fecha de carga, idioma, tipo de publicación, gráfico, organización, código de revista"
    "| argomento, soggetto, società, settore, persona, città, stato, paese, area geografica, data di caricamento, lingua,"
    " tipo di pubblicazione, grafico, organizzazione, codice rivista"
    "| onderwerp, bedrijf, sector, bedrijfstak, persoon, stad, staat, land, geografisch, laaddatum, taal,"
    " publicatietype, publicatie type, grafiek, organisatie, afbeelding",
}
_PROQUEST_LABELS = {
    "title": "title | titre | titel | título | titolo | titel",
    "byline": "author | auteur | autor, verfasser | autor | autore | auteur",
    "text": "full text | texte intégral, texte complet | volltext | texto completo | testo completo, testo integrale"
    "| volledige tekst",
    "abstract": "abstract | résumé | abstract, zusammenfassung | resumen | abstract, estratto | samenvatting",
    "source": "publication title, publication | titre de la publication, titre de publication"
    "| titel der publikation, publikationstitel | título de publicación, título de la publicación"
    "| titolo della pubblicazione, titolo pubblicazione | titel van publicatie, publicatietitel",
    "published": "publication date | date de publication | publikationsdatum, veröffentlichungsdatum"
    "| fecha de publicación | data di pubblicazione, data pubblicazione | publicatiedatum",
    "year": "publication year, year | année de publication | erscheinungsjahr, publikationsjahr | año de publicación"
    "| anno di pubblicazione | jaar van publicatie, publicatiejaar",
    "info": "publication info | informations sur la publication | publikationsinfo | información de publicación"
    "| informazioni sulla pubblicazione | publicatie info",
    "section": "section | section, rubrique | abschnitt, rubrik | sección | sezione | sectie, rubriek",
    "url": "document url | url du document | dokument url | url del documento | url del documento | document url",
    "id": "proquest document id | id de document proquest, identifiant du document proquest | proquest dokument id"
    "| id del documento de proquest, id de documento proquest | id documento proquest | proquest document id",
    "database": "database | base de données | datenbank | base de datos | database, banca dati | database",
    "indexing": "subject, location, people, company / organization, classification, identifier / keyword, pages, page,"
    " first page, last page, number of pages, volume, issue, publisher, place of publication, country of publication,"
    " publication subject, issn, e issn, isbn, source type, language of publication, language, document type,"
    " document feature, doi, copyright, last updated, links, link, credit, illustration, caption, word count, dateline,"
    " column, edition, supplement, business indexing term, product name, ethnicity, publication note, company,"
    " source details, accession number, number of references, subtitle, alternate title, coden, keywords, correction,"
    " publication frequency, publication type, document url display, geographic, publication location, source"
    "| sujet, lieu, personnes, éditeur, lieu de publication, pays de publication, langue de publication,"
    " type de document, type de source, dernière mise à jour, droits d'auteur, sujet de la publication, liens, mot clé"
    "| thema, ort, personen, verlag, herausgeber, erscheinungsort, erscheinungsland, publikationssprache,"
    " sprache der publikation, dokumententyp, dokumenttyp, quellentyp, zuletzt aktualisiert, seiten, schlagwort, urheber"
    "| materia, lugar, ubicación, personas, editorial, lugar de publicación, país de publicación,"
    " idioma de la publicación, idioma de publicación, tipo de documento, tipo de fuente, última actualización,"
    " páginas, enlaces"
    "| soggetto, luogo, persone, editore, luogo di pubblicazione, paese di pubblicazione, lingua di pubblicazione,"
    " tipo di documento, tipo di fonte, ultimo aggiornamento, pagine"
    "| onderwerp, locatie, plaats, mensen, uitgever, plaats van publicatie, land van publicatie, taal van publicatie,"
    " documenttype, brontype, laatst bijgewerkt, pagina's",
}
_MARKERS = {
    "body": "body | corps, corps du texte | volltext, textkörper, body | cuerpo | corpo | hoofdtekst, body",
    "end": "end of document | fin du document, fin de document | ende des dokuments, dokumentende"
    "| fin del documento, fin de documento | fine del documento, fine documento | einde van document, einde document,"
    " einde van het document",
    "classification": "classification | classification | klassifizierung, klassifikation | clasificación"
    "| classificazione | classificatie",
    "appendix": "graphic, graphics, notes, correction | graphique, notes | grafik, anmerkungen | gráfico, notas"
    "| grafico, note | afbeelding, grafiek, notities",
}
_MONTHS = (
    "january february march april may june july august september october november december",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "januar februar märz april mai juni juli august september oktober november dezember jänner",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "jan feb mar apr jun jul aug sep sept oct nov dec",
    "janv févr avr juil déc mär mrz okt dez ene abr ago dic gen mag giu lug set ott mrt fevrier aout decembre",
)
_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag",
    "lunes martes miércoles jueves viernes sábado domingo",
    "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "mon tue tues wed thu thur thurs fri sat sun",
)


@lru_cache(maxsize=10_000)
def label_key(text: str) -> str:
    """Return a label without case, accents, spaces and punctuation."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if character.isalnum())


def _by_key(table: Mapping[str, str]) -> dict[str, str]:
    words = ((word, role) for role, names in table.items() for word in re.split(r"[|,]", names))
    keys: dict[str, str] = {}
    for word, role in words:
        # Where two languages use one word for two things, the thing that is named first counts.
        keys.setdefault(label_key(word), role)
    return keys


def _alternatives(lists: tuple[str, ...]) -> str:
    words = {word for names in lists for word in names.split()}
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


NEXIS_LABELS = _by_key(_NEXIS_LABELS)
PROQUEST_LABELS = _by_key(_PROQUEST_LABELS)
MARKERS = _by_key(_MARKERS)
BODY_WORDS = frozenset(key for key, role in MARKERS.items() if role == "body")
MONTH = rf"(?:{_alternatives(_MONTHS)})\.?"
WEEKDAY = rf"(?:{_alternatives(_WEEKDAYS)})\b\.?"
LANGUAGE = re.compile(
    r"(?:english|français|french|german|deutsch|englisch|französisch|spanish|español|inglés|italian|italiano|inglese"
    r"|dutch|nederlands|engels|anglais|allemand|espagnol|portuguese|português|[\w ()]{2,12}文)",
    re.IGNORECASE,
)
EDITION = re.compile(r"(?i)\b(?:edition|édition|ausgabe|edición|edizione|editie|final|première|late city)\b")
DOCUMENT = r"(?:documents?|dokumente?n?|documentos?|documenti|documento|documenten)"
OF = r"(?:of|von|de|di|van|sur|su)"
WORD_COUNT = re.compile(
    r"\d[\d.,'\s]{0,9}(?:words?|mots?|wörter|woerter|palabras|parole|woorden|palavras|ord|字)", re.IGNORECASE
)
BY = re.compile(r"(?:by|par|von|por|door)\s+(?=\S)", re.IGNORECASE)
_RESERVED = (
    r"all rights reserved|tous droits réservés|alle rechte vorbehalten|todos los derechos reservados"
    r"|tutti i diritti (?:sono )?riservati|alle rechten voorbehouden"
)
COPYRIGHT = re.compile(
    rf"\W*(?:(?:copyright|©|\(c\))(?=.{{0,80}}\d{{4}}|\W*©).*|copyright\b.{{0,80}}[^.]"
    rf"|(?:{_RESERVED})\b.*|.{{1,100}}[\s,.](?:{_RESERVED})\W*)",
    re.IGNORECASE | re.DOTALL,
)
