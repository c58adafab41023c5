"""Hand radiograph -> bone age: in stages, end to end, and cut between. Not a medical device."""
