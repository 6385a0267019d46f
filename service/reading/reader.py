"""In what order is an article read?

Only the order: each question has its own file beside this one. No parser and no model, so that reading costs
milliseconds and every offset is exact from the first moment.
"""

from service.reading.cues import find_cues
from service.reading.datelines import find_published
from service.reading.dates import find_dates
from service.reading.figures import find_figures
from service.reading.hidden import find_hidden
from service.reading.language import find_language_notices
from service.reading.paragraphs import describe_set_aside, find_paragraphs
from service.reading.quotations import find_quotations
from service.reading.sentences import find_sentences
from service.reading.speakers import find_speakers
from service.records import Article, Reading


def read(article: Article) -> Reading:
    """Everything that can be known of the article without asking a model; linear in its length."""
    text = article.text
    paragraphs = find_paragraphs(article)
    sentences = find_sentences(text, paragraphs)
    published, inferred = (article.published, ()) if article.published else find_published(text, paragraphs)
    dates = find_dates(text, sentences, published=published)
    figures, skipped_numbers = find_figures(text, sentences, dates)
    speakers, mentions = find_speakers(text, sentences, paragraphs)
    return Reading(
        article=article,
        paragraphs=paragraphs,
        sentences=sentences,
        quotations=find_quotations(text, paragraphs),
        figures=figures,
        skipped_numbers=skipped_numbers,
        dates=dates,
        speakers=speakers,
        mentions=mentions,
        cues=find_cues(text, sentences),
        notices=describe_set_aside(paragraphs) + inferred + find_hidden(text) + find_language_notices(article),
    )
