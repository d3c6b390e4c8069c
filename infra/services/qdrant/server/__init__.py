"""Qdrant's REST interface over Qdrant's own engine, for networks where no image can be pulled.

It serves the part of the interface that this stack uses, and answers 501 to the rest. Wherever
qdrant/qdrant can be pulled, that image runs instead of this one.
"""
