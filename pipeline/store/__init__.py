"""Truth: rows in one database. Raw bytes are stored first; everything else can be derived again."""
