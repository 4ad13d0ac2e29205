"""Generations in an engine made for many machines: Milvus, by its own client."""
