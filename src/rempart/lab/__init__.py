"""A made-up region, its honest staff and its thieves, to measure what the product does.

Nothing here learns from anybody's data and nothing here is read by the watch: the lab only hands
it FHIR resources, as a hospital would, and counts what came of the answers.
"""
