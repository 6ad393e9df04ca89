"""Working from a mail program: drafts are put into the mailbox's Drafts folder, and what becomes of them is noticed."""
