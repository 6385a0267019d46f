"""What the parse tells of a claim, read off whole sentences: a hit and a near miss for each kind."""

import pytest

from service.embedded.extractor import EmbeddedExtractor
from service.reading.reader import read
from service.records import Article

SAID = "Mayor Ines Okafor said the old bridge collapsed."


@pytest.mark.parametrize(
    ("text", "sign", "holds"),
    [
        pytest.param(SAID, "parse:under_cue", True, id="the clause of the cue"),
        pytest.param(
            "The old bridge collapsed, according to Mayor Ines Okafor.", "parse:under_cue", False, id="no clause"
        ),
        pytest.param("Mayor Ines Okafor confirmed the attack.", "parse:no_verb", True, id="a noun"),
        pytest.param(SAID, "parse:no_verb", False, id="a verb"),
        pytest.param(SAID, "parse:own_words", False, id="of others"),
        pytest.param("“We saw the bridge fall,” Mayor Ines Okafor said.", "parse:own_words", True, id="of oneself"),
        pytest.param("Mayor Ines Okafor said she heard the bridge fall.", "parse:retold", True, id="retold"),
        pytest.param(SAID, "parse:retold", False, id="not retold"),
    ],
)
def test_the_parse_gives_signs(text, sign, holds):
    drafts = EmbeddedExtractor().drafts(read(Article(id="a", text=text)))

    assert drafts
    assert (sign in drafts[0].signals) == holds
