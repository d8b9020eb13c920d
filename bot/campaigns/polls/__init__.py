"""One question with a few options, put to several public places at once."""
