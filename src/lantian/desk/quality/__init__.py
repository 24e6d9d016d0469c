"""Quality on the desk: hours reviewed by people, and signs of manipulation that nobody dismisses."""
