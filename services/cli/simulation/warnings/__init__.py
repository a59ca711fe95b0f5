"""A year of warnings in the sample city: what arrived, compared with a second statement of the rules of warning."""
