"""Quality on the desk: hours reviewed by people, signs of manipulation that nobody dismisses."""
