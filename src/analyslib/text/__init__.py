"""Swedish text: formats, words, and one function per sentence."""
