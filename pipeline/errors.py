"""The one tree of errors that Calmdesk raises.

    CalmdeskError                 exit code 1: the work failed
    ├── InputError                exit code 2: what the user gave cannot be used
    │   ├── ConfigError           a configuration file, key or environment variable
    │   └── RecordError           one record of a batch (a line, a file)
    ├── ModelError                the local model cannot be loaded or does not match its weights
    ├── WriterError               the language model that may write drafts: the composed text is taken instead
    │   ├── WriterSilent          no answer: not reached, too slow, out of order
    │   └── AnswerRefused         an answer that is not in the fixed form, or holds what it must not
    ├── SignOnError               the provider of single sign-on: nobody is logged in by it
    ├── MailboxError              the IMAP side
    │   └── MailboxLoginError     wrong password or refused login: never retried in a hurry
    ├── SubmissionError           the SMTP side
    │   ├── SubmissionDeferred    4xx or no connection before DATA: same bytes again later
    │   ├── SubmissionRefused     5xx: a person decides
    │   └── SubmissionUncertain   the answer to DATA was lost: never resent by itself
    ├── ParseError                a mail that could not be read: quarantined, raw bytes kept
    └── FlowError                 a state change that the flow does not allow
        ├── StaleError            the thing acted on is no longer what the person saw (HTTP 409)
        └── NotAllowed            the person's role does not permit it (HTTP 403)

Errors of other libraries are translated once, at the edge where they arise.
The first line of every message says what is wrong and names the file, key, host or id; ``remedy`` says how to mend it.
"""


class CalmdeskError(Exception):
    """Base of all errors of this package; ``str()`` is fit to be shown to an operator."""

    exit_code = 1

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} ({self.remedy})" if self.remedy else self.message


class InputError(CalmdeskError):
    exit_code = 2


class ConfigError(InputError):
    pass


class RecordError(InputError):
    pass


class ModelError(CalmdeskError):
    pass


class WriterError(CalmdeskError):
    pass


class WriterSilent(WriterError):
    pass


class AnswerRefused(WriterError):
    """``rule`` is the name of what it breaks, ``words`` the part that does."""

    def __init__(self, rule: str, message: str, words: str = "") -> None:
        super().__init__(message)
        self.rule = rule
        self.words = words


class SignOnError(CalmdeskError):
    pass


class MailboxError(CalmdeskError):
    pass


class MailboxLoginError(MailboxError):
    pass


class SubmissionError(CalmdeskError):
    pass


class SubmissionDeferred(SubmissionError):
    pass


class SubmissionRefused(SubmissionError):
    pass


class SubmissionUncertain(SubmissionError):
    pass


class ParseError(CalmdeskError):
    pass


class FlowError(CalmdeskError):
    pass


class StaleError(FlowError):
    """``kind`` says why, for programs; ``version`` is that of the draft by now, where a draft is meant.

    ``draft`` is its number, and ``seen`` the version that the person saw.

    Kinds: ``newer_mail`` came; ``edited``, ``decided`` or ``generating``: somebody changed the draft, decided on it, or
    had it written again; ``opened``: another person has the ticket open; ``blocked``: a check blocks it; ``left``: it
    was handed to the sender; ``changed``: anything else.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: str = "changed",
        version: int | None = None,
        draft: int | None = None,
        seen: int = 0,
        remedy: str = "",
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.kind = kind
        self.version = version
        self.draft = draft
        self.seen = seen


class NotAllowed(FlowError):
    pass
