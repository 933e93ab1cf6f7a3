"""A language model beside approved words: off without `PORADNIA_LLM` and a recorded processor, and never what decides."""
