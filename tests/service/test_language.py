import pytest

from service.reading.language import find_language_notices
from service.records import Article


def notices(text):
    return find_language_notices(Article(id="a", text=text))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param(
            "Le maire a fermé le pont lundi après la découverte de fissures dans deux des piles. Les travaux doivent "
            "durer trois semaines, et les bus vont circuler sur une autre route.",
            "French",
            id="french",
        ),
        pytest.param(
            "Der Stadtrat hat die Brücke am Montag gesperrt, weil in zwei der Pfeiler Risse gefunden wurden. Die "
            "Arbeiten sollen drei Wochen dauern, und die Busse fahren auf einer anderen Straße.",
            "German",
            id="german",
        ),
        pytest.param("Городской совет закрыл мост в понедельник после обнаружения трещин.", "Cyrillic", id="russian"),
        pytest.param("أغلق المجلس الجسر يوم الاثنين بعد العثور على تشققات في اثنين من أعمدته", "Arabic", id="arabic"),
        pytest.param("市議会は月曜日、橋脚にひび割れが見つかったため橋を閉鎖した。" * 2, "Chin", id="han"),
        pytest.param(
            "Pul par do jagah darar mili hai aur sheher ki council ne kaha ki pul teen hafte ke liye band rahega, "
            "log doosri sadak se ja sakte hai",
            "Urdu or Hindi",
            id="urdu in latin letters",
        ),
    ],
)
def test_another_language_is_told_in_words(text, language):
    (notice,) = notices(text)

    assert notice.code == "not_english"
    assert notice.message.startswith("This reader knows English only")
    assert language in notice.message or "Japanese" in notice.message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("Le pont est fermé.", id="too short to tell"),
        pytest.param("12,000 + 3,000 = 15,000; 40% " * 10, id="figures"),
        pytest.param(
            "The council closed the bridge on Monday after cracks were found in two of its piers, and engineers said "
            "that repairs would take three weeks.",
            id="english",
        ),
        pytest.param(
            "The minister said that the accord, known as “Le pont de la paix et de la concorde des deux rives”, was "
            "to be signed by both of the parties in the week after next, and that it would not be changed.",
            id="english with a foreign name",
        ),
        pytest.param(
            "Jane Roe, John Doe, Ann Poe, Sam Low, Tom Coe, Bob Woe, Kim Hoe, Al Moe, Jo Loe, Di Foe", id="names"
        ),
    ],
)
def test_english_and_texts_too_short_raise_no_notice(text):
    assert notices(text) == ()
