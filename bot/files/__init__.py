"""The file store: pictures and voice notes, fetched, freed of what they tell about people, kept beside the database."""
