"""``make evaluate-drafts``: how good the drafts are, and how well the checks see what is wrong with a reply."""
