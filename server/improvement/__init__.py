"""The live improvement plan: measures kept from the records, actions, reviews and the gate that closing goes through."""
