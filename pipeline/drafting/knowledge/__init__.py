"""The firm's knowledge base: Markdown files, cut into passages by heading, found by words and by meaning."""

from pipeline.drafting.knowledge.articles import Passage, read_article
from pipeline.drafting.knowledge.base import KnowledgeBase
from pipeline.drafting.knowledge.index import Search

__all__ = ["KnowledgeBase", "Passage", "Search", "read_article"]
