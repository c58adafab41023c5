"""What a study found: gathered for the evidence floor and the report, records in, records out."""
