"""Why a message did not leave."""


class NotSent(Exception):
    """A message that was not taken.

    Parameters
    ----------
    words : str
        Why, "Chinese / English"; no address and no secret in it.
    again : bool
        Whether another try may help.
    gone : bool
        Whether the server itself cannot be reached, so that the next message need not try.
    """

    def __init__(self, words: str, *, again: bool = True, gone: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.again = again
        self.gone = gone
