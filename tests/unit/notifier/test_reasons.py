"""Why a message was not sent is said in words."""

from services.notifier.reasons import SENTENCES, sentence
from services.notifier.vocabulary import Reason


def test_every_reason_has_a_sentence_in_both_languages():
    assert set(SENTENCES) == set(Reason)
    for text, text_en in SENTENCES.values():
        assert text.endswith("。")
        assert text_en.endswith(".")


def test_what_was_sent_has_none():
    assert sentence(None) == (None, None)
