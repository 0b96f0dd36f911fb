"""Small files of each format, from which fuzzing starts; they need not make sense."""

from __future__ import annotations

import json
from typing import Any, Final

__all__ = ["SEEDS"]


def _json(*documents: Any) -> tuple[bytes, ...]:
    return tuple(json.dumps(document).encode() for document in documents)


_RIS = """TY  - JOUR
T1  - Semax in <i>rats</i>: a trial
AU  - Rossi, Anna
A1  - Smith, J.; Jones, K.
PY  - 2018/06/01/Summer
DA  - 2018/Jun/01
JO  - Journal
AB  - Thirty patients were
  treated.
KW  - Humans
*Rats/drug effects
DO  - https://doi.org/10.1000/X
SN  - 978-1-60558-730-1
UR  - https://example.org/a?b=c
N1  - Locators: pmid:29798983 reddit:t3_58qzqh
LA  - eng
M3  - Retracted Publication
ER  -\x20

TY  - CHAP
TI  - A chapter
T2  - A book
ID  - 1
ER  -\x20
"""
_WOS = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Rossi, A
   Smith, J
TI Semax
   in rats
DT Article; Early Access
DI 10.1000/x
PM 29798983
PY 2018
PD JUN 1
ER

EF
"""
_MEDLINE = """
PMID- 29798983
OWN - NLM
DP  - 2018 Jun 1
TI  - Semax in rats: a
      trial.
AID - 10.1000/x [doi]
AID - S0140-6736(20)31180-6 [pii]
LID - 10.1000/x [doi]
AB  - BACKGROUND: Thirty. METHODS: Patients.
FAU - Rossi, Anna
AU  - Rossi A
CN  - A group
LA  - eng
PT  - Journal Article
PT  - Retracted Publication
MH  - *Rats, Wistar/physiology
SI  - ClinicalTrials.gov/NCT00680992
RIN - Lancet. 2010 Feb 6;375(9713):445. PMID: 20137807
ROF - Smith J. J Biol. 2001;5(1):1-9. doi: 10.1000/y.
EIN - J Biol. 2002;6:7
PMC - PMC5815332
CRDT- 2018/05/26 06:00
SO  - J Biol. 2018 Jun 1;5(2):1-9. doi: 10.1000/x. Epub 2018 May 1.
"""
_BIBTEX = r"""@comment{jabref-meta: x;}
@string{lancet = "The " # "Lancet"}
@preamble{"\newcommand{\x}{y}"}
@article{key:1,
  author = {Rossi, Anna and M{\"u}ller, Karl and others and {A Group}},
  title = "{Semax} in \emph{rats}: $\alpha_1 < 5$ \& \'e",
  journal = lancet # { 5}, year = 2018, month = jun, date = {2018-06-01/..},
  doi = {10.1000/X}, url = {\url{https://example.org/a%20b}}, pmid = 29798983,
  isbn = {978-1-60558-730-1}, eprint = {2111.09920}, eprinttype = {arxiv},
  keywords = {Humans; Rats}, abstract = {Thirty {patients}.}, note = {Locators: pmid:1},
}
@inbook(k2, title = {A} , crossref = {key:1})
@misc{k3
"""
_PUBMED = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2019//EN" "x.dtd">
<PubmedArticleSet><PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">29798983</PMID>
<Article PubModel="Print"><Journal><ISSN>1234-5678</ISSN><JournalIssue><PubDate><Year>2018</Year>
<Month>Jun</Month><Day>1</Day></PubDate></JournalIssue><Title>Journal</Title></Journal>
<ArticleTitle>Semax in <i>rats</i> &lt; 5 H<sub>2</sub>O</ArticleTitle>
<ELocationID EIdType="doi" ValidYN="Y">10.1000/x</ELocationID><Abstract>
<AbstractText Label="METHODS" NlmCategory="METHODS">Thirty.</AbstractText></Abstract><AuthorList
CompleteYN="N"><Author><LastName>Rossi</LastName><ForeName>Anna</ForeName></Author><Author>
<CollectiveName>A group</CollectiveName></Author></AuthorList><Language>eng</Language>
<DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName><AccessionNumberList>
<AccessionNumber>NCT00680992</AccessionNumber></AccessionNumberList></DataBank></DataBankList>
<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType>
</PublicationTypeList><VernacularTitle>Semax</VernacularTitle></Article><CommentsCorrectionsList>
<CommentsCorrections RefType="RetractionIn"><RefSource>Lancet. 2010 Feb 6;375:445</RefSource>
<PMID>20137807</PMID></CommentsCorrections></CommentsCorrectionsList><MeshHeadingList><MeshHeading>
<DescriptorName MajorTopicYN="N">Rats</DescriptorName></MeshHeading></MeshHeadingList>
</MedlineCitation><PubmedData><PublicationStatus>ppublish</PublicationStatus><ArticleIdList>
<ArticleId IdType="pmc">PMC5815332</ArticleId></ArticleIdList></PubmedData></PubmedArticle>
<PubmedBookArticle><BookDocument><PMID>2</PMID><ArticleIdList><ArticleId IdType="bookaccession">
NBK1</ArticleId></ArticleIdList><Book><Publisher><PublisherName>P</PublisherName></Publisher>
<BookTitle>Book</BookTitle><PubDate><Year>1993</Year></PubDate><Isbn>9781605587301</Isbn></Book>
<ArticleTitle>Chapter<![CDATA[ x]]><!-- y --></ArticleTitle></BookDocument></PubmedBookArticle>
<DeleteCitation><PMID>3</PMID></DeleteCitation></PubmedArticleSet>
"""
_CROSSREF: Final[dict[str, Any]] = {
    "DOI": "10.1000/X",
    "type": "journal-article",
    "subtype": "preprint",
    "title": ["Semax in <i>rats</i>"],
    "subtitle": ["a trial"],
    "author": [{"given": "Anna", "family": "Rossi"}, {"name": "A group"}],
    "container-title": ["The Lancet"],
    "published": {"date-parts": [[2018, 6, 1]]},
    "issued": {"date-parts": [[None]]},
    "abstract": "<jats:title>Abstract</jats:title><jats:p>Thirty &lt; 5.</jats:p>",
    "URL": "https://doi.org/10.1000/x",
    "language": "en",
    "ISBN": ["http://id.crossref.org/isbn/9781605587301"],
    "clinical-trial-number": [{"clinical-trial-number": "nct00680992", "registry": "x"}],
    "relation": {"is-preprint-of": [{"id-type": "doi", "id": "10.1000/y", "asserted-by": "s"}]},
    "update-to": [{"DOI": "10.1000/z", "type": "retraction", "label": "R", "source": "publisher"}],
    "updated-by": [
        {
            "DOI": "10.1000/n",
            "type": "erratum",
            "source": "retraction-watch",
            "updated": {"date-time": "2020-02-13T00:00:00Z", "date-parts": [[2020, 2, 13]]},
        }
    ],
}
_CSL: Final[dict[str, Any]] = {
    **_CROSSREF,
    "id": "rossi2018",
    "type": "article-journal",
    "title": "Semax in rats",
    "container-title": "The Lancet",
    "PMID": "29798983",
    "PMCID": "PMC5815332",
    "note": "PMID: 1\nLocators: reddit:t3_58qzqh\noriginal-date: 1990",
    "issued": {
        "date-parts": [["2018", 6, "1"]],
        "season": 1,
        "raw": "June 2018",
        "literal": "c2018",
    },
}
_DATACITE: Final[dict[str, Any]] = {
    "data": {
        "id": "10.1000/x",
        "type": "dois",
        "attributes": {
            "doi": "10.1000/x",
            "titles": [{"title": "Semax", "titleType": "Subtitle", "lang": "en"}],
            "creators": [{"name": "Rossi, Anna", "nameType": "Personal"}],
            "publisher": {"name": "Zenodo"},
            "publicationYear": 2018,
            "dates": [{"date": "2018-06-01/2018-07", "dateType": "Issued"}],
            "types": {"resourceTypeGeneral": "Preprint", "resourceType": "x"},
            "subjects": [{"subject": "Rats", "subjectScheme": "MeSH"}],
            "descriptions": [{"description": "<p>A</p>", "descriptionType": "Abstract"}],
            "relatedIdentifiers": [
                {
                    "relationType": "IsVersionOf",
                    "relatedIdentifier": "10.1000/y",
                    "relatedIdentifierType": "DOI",
                }
            ],
            "identifiers": [{"identifier": "29798983", "identifierType": "PMID"}],
            "language": "en",
            "url": "https://example.org/a",
        },
    }
}
_EUROPE_PMC: Final[dict[str, Any]] = {
    "version": "6.9",
    "hitCount": 1,
    "resultList": {
        "result": [
            {
                "id": "29798983",
                "source": "MED",
                "pmid": "29798983",
                "pmcid": "PMC5815332",
                "doi": "10.1000/x",
                "title": "Semax in <i>rats</i>.",
                "authorString": "Rossi A, Smith J.",
                "authorList": {"author": [{"fullName": "Rossi A"}, {"collectiveName": "G"}]},
                "journalInfo": {
                    "journal": {"title": "Lancet"},
                    "printPublicationDate": "2018-06-01",
                },
                "pubYear": "2018",
                "firstPublicationDate": "2018-06-01",
                "abstractText": "<h4>Methods</h4>Thirty.",
                "language": "eng",
                "pubTypeList": {"pubType": ["Retracted Publication", "research-article"]},
                "meshHeadingList": {"meshHeading": [{"descriptorName": "Rats"}]},
                "commentCorrectionList": {
                    "commentCorrection": [
                        {
                            "id": "1",
                            "source": "MED",
                            "type": "Retraction in",
                            "reference": "L. 2010",
                        }
                    ]
                },
                "bookOrReportDetails": {"isbn13": "9781605587301", "yearOfPublication": 2018},
            }
        ]
    },
}
_OPENALEX: Final[dict[str, Any]] = {
    "id": "https://openalex.org/W2741809807",
    "doi": "https://doi.org/10.1000/x",
    "display_name": "Semax",
    "title": "Semax",
    "type": "article",
    "type_crossref": "journal-article",
    "publication_date": "2018-06-01",
    "publication_year": 2018,
    "ids": {"pmid": "https://pubmed.ncbi.nlm.nih.gov/29798983", "mag": 1},
    "language": "en",
    "is_retracted": True,
    "authorships": [{"author": {"display_name": "Anna Rossi"}}],
    "primary_location": {
        "source": {"display_name": "Lancet"},
        "landing_page_url": "https://a.org/",
    },
    "locations": [{"source": {"display_name": "bioRxiv"}, "version": "submittedVersion"}],
    "abstract_inverted_index": {"Thirty": [0], "patients": [1, 2000000000]},
    "mesh": [{"descriptor_name": "Rats", "is_major_topic": True}],
}
_TRIAL: Final[dict[str, Any]] = {
    "protocolSection": {
        "identificationModule": {
            "nctId": "NCT00680992",
            "nctIdAliases": ["NCT00000001"],
            "briefTitle": "Semax",
            "officialTitle": "Semax in stroke",
            "secondaryIdInfos": [{"id": "NCT00000002"}],
        },
        "statusModule": {
            "studyFirstPostDateStruct": {"date": "2018-06"},
            "overallStatus": "TERMINATED",
            "whyStopped": "x",
        },
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": "A"}},
        "descriptionModule": {"briefSummary": "One\\*\n\n* two"},
        "conditionsModule": {"conditions": ["Stroke"]},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE2"],
            "designInfo": {"allocation": "RANDOMIZED"},
            "enrollmentInfo": {"count": 30, "type": "ACTUAL"},
        },
        "armsInterventionsModule": {"interventions": [{"type": "DRUG", "name": "Semax"}]},
        "referencesModule": {
            "references": [{"pmid": "1", "type": "RESULT", "retractions": [{"pmid": "2"}]}]
        },
    },
    "derivedSection": {"conditionBrowseModule": {"meshes": [{"id": "D1", "term": "Stroke"}]}},
    "hasResults": True,
}
_RETRACTIONS = """Record ID,Title,Subject,Institution,Journal,Publisher,Country,Author,URLS,\
ArticleType,RetractionDate,RetractionDOI,RetractionPubMedID,OriginalPaperDate,OriginalPaperDOI,\
OriginalPaperPubMedID,RetractionNature,Reason,Paywalled,Notes
1,"Semax, in rats",(BLS),,Lancet,P,Italy,Anna Rossi;J Smith,https://example.org/,Research Article;,\
2/6/2010 0:00,10.1000/n,20137807,1998-02-28,10.1000/x,29798983,Retraction,+Error;,No,
2,Semax,,,,,,,,,13/6/2018,unavailable,0,,10.1000/y,0,Expression of concern,,,
"""
_TABLE = (
    "Title;Authors;Year;DOI;PMID;Journal;Abstract;Type\nSemax;Rossi, A;2018;10.1000/x;1;L;A;JOUR\n"
)
_THING: Final[dict[str, Any]] = {
    "kind": "t3",
    "data": {
        "id": "58qzqh",
        "name": "t3_58qzqh",
        "title": "Semax",
        "selftext": "It *helped* &amp; more",
        "author": "someone",
        "subreddit": "Nootropics",
        "created_utc": 1476985531.0,
        "permalink": "/r/Nootropics/comments/58qzqh/semax/",
        "url": "https://example.org/",
        "is_self": True,
        "removed_by_category": None,
        "crosspost_parent": "t3_58qzqi",
    },
}
_COMMENT: Final[dict[str, Any]] = {
    "kind": "t1",
    "data": {
        "id": "d92t9cg",
        "name": "t1_d92t9cg",
        "link_id": "t3_58qzqh",
        "parent_id": "t3_58qzqh",
        "body": "[deleted]",
        "author": "[deleted]",
        "created_utc": 1476985532,
        "replies": "",
    },
}


def _listing(*things: Any) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"children": list(things), "after": None, "dist": 1}}


_MORE: Final = {"kind": "more", "data": {"children": ["d92t9ch"], "count": 1, "id": "d92t9ch"}}
_TREE: Final = {"kind": "t1", "data": {**_COMMENT["data"], "replies": _listing(_COMMENT, _MORE)}}
_TWEET: Final[dict[str, Any]] = {
    "id": "1212092628029698048",
    "text": "Semax helps https://t.co/a @someone",
    "author_id": "2244994945",
    "created_at": "2019-12-31T19:26:16.000Z",
    "conversation_id": "1212092628029698048",
    "lang": "en",
    "referenced_tweets": [{"type": "retweeted", "id": "1212092627178287104"}],
    "entities": {
        "urls": [
            {"start": 12, "end": 26, "url": "https://t.co/a", "expanded_url": "https://a.org/"}
        ],
        "mentions": [{"start": 27, "end": 35, "username": "someone", "id": "1"}],
    },
    "edit_history_tweet_ids": ["1212092628029698048"],
    "note_tweet": {"text": "longer"},
}
_X: Final[dict[str, Any]] = {
    "data": [_TWEET],
    "includes": {
        "users": [{"id": "2244994945", "username": "someone", "name": "S"}],
        "tweets": [_TWEET],
    },
    "errors": [
        {
            "value": "1",
            "resource_type": "tweet",
            "type": "https://api.twitter.com/2/problems/resource-not-found",
            "title": "Not Found Error",
            "detail": "x",
        }
    ],
    "meta": {"result_count": 1},
}
_ARCHIVED: Final[dict[str, Any]] = {
    "tweet": {
        "id_str": "1212092628029698048",
        "full_text": "RT @someone: Semax",
        "created_at": "Tue Dec 31 19:26:16 +0000 2019",
        "lang": "en",
        "entities": {
            "urls": [],
            "user_mentions": [{"screen_name": "someone", "indices": ["3", "11"]}],
        },
        "in_reply_to_status_id_str": "1212092627178287104",
    }
}
_VIDEO: Final[dict[str, Any]] = {
    "kind": "youtube#video",
    "id": "dQw4w9WgXcQ",
    "snippet": {
        "title": "Semax",
        "description": "A talk",
        "publishedAt": "2018-06-01T10:00:00Z",
        "channelTitle": "C",
        "channelId": "UCx",
        "defaultLanguage": "en",
    },
}
_THREAD: Final[dict[str, Any]] = {
    "kind": "youtube#commentThread",
    "id": "UgzDE2tasfmrYLyNkGt4AaABAg",
    "snippet": {
        "videoId": "dQw4w9WgXcQ",
        "topLevelComment": {
            "kind": "youtube#comment",
            "id": "UgzDE2tasfmrYLyNkGt4AaABAg",
            "snippet": {
                "textDisplay": "It <b>helped</b>",
                "textOriginal": "It helped",
                "authorDisplayName": "someone",
                "publishedAt": "2018-06-01T10:00:00Z",
                "videoId": "dQw4w9WgXcQ",
                "parentId": "Ugz",
            },
        },
    },
}
_CSV = (
    "kind,title,locators,tier,stance,text\nreview,A,doi:10.1000/x|pmid:1,human,supports,It helps\n"
)
_LINE: Final = {
    "kind": "review",
    "title": "A",
    "locators": ["doi:10.1000/x"],
    "claims": [{"tier": "human", "stance": "supports", "text": "It helps"}],
}

SEEDS: Final[dict[str, tuple[bytes, ...]]] = {
    "bibtex": (_BIBTEX.encode(), _BIBTEX.encode("utf-16")),
    "clinicaltrials": _json(_TRIAL, {"studies": [_TRIAL], "totalCount": 1}, [_TRIAL]),
    "crossref": _json(_CROSSREF, {"status": "ok", "message": {"items": [_CROSSREF]}}, [_CROSSREF]),
    "csl-json": _json(_CSL, [_CSL, _CSL], {"items": [_CSL]}),
    "csv": (_CSV.encode(),),
    "datacite": _json(_DATACITE, _DATACITE["data"]["attributes"], {"data": [_DATACITE["data"]]}),
    "europepmc": _json(_EUROPE_PMC, _EUROPE_PMC["resultList"]["result"][0]),
    "jsonl": _json(_LINE),
    "medline": (_MEDLINE.encode(), (_MEDLINE * 2).encode("latin-1")),
    "openalex": _json(_OPENALEX, {"meta": {"count": 1}, "results": [_OPENALEX]}),
    "pubmed-xml": (_PUBMED.encode(), _PUBMED.replace("UTF-8", "UTF-16").encode("utf-16")),
    "reddit": _json(
        _listing(_THING),
        [_listing(_THING), _listing(_TREE)],
        {"json": {"data": {"things": [_TREE]}}},
    ),
    "retraction-watch": (_RETRACTIONS.encode(),),
    "ris": (_RIS.encode(), b"\xef\xbb\xbf" + _RIS.encode(), _WOS.encode()),
    "spreadsheet": (_TABLE.encode(), _TABLE.replace(";", "\t").encode("utf-16")),
    "x": _json(_X, {"data": _TWEET}, {"errors": _X["errors"]}, _TWEET),
    "x-archive": tuple(
        b"window.YTD.tweets.part0 = " + each
        for each in _json([_ARCHIVED], [{"account": {"username": "someone", "accountId": "1"}}])
    ),
    "youtube": _json({"kind": "youtube#listResponse", "items": [_VIDEO, _THREAD]}, _VIDEO, _THREAD),
}
"""By the name of the importer."""
