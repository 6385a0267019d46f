"""Reads an article without a model: paragraphs, sentences, quotations, figures, dates, speakers and cues."""
