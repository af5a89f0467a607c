"""Sentences that can be read with the right word only, so that opening a file tells no answer.

    sealed = seal("Both are held up by air.", "holds")
    unseal(sealed, "holds")     # the sentence
    unseal(sealed, "loose")     # None

This keeps answers from the eye, not from somebody who tries all words.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from hashlib import sha256, shake_256

__all__ = ["seal", "unseal"]

_MARK = 4  # bytes that tell whether the word was right


def seal(sentence: str, word: str) -> str:
    """Return a sentence in a form that `unseal` reads, given the same word."""
    text = sentence.encode()
    return b64encode(_mixed(sha256(text).digest()[:_MARK] + text, word)).decode()


def unseal(sealed: str, word: str) -> str | None:
    """Return the sentence, or None if it was sealed with another word.

    >>> unseal(seal("Both sink.", "holds"), "holds")
    'Both sink.'
    >>> unseal(seal("Both sink.", "holds"), "loose")
    """
    mixed = _mixed(b64decode(sealed), word)
    mark, text = mixed[:_MARK], mixed[_MARK:]
    return text.decode() if sha256(text).digest()[:_MARK] == mark else None


def _mixed(data: bytes, word: str) -> bytes:
    stream = shake_256(word.encode()).digest(len(data))
    return bytes(one ^ other for one, other in zip(data, stream, strict=True))
