"""An extraction as people and programs read it: tables, reports, sheets and lines."""
