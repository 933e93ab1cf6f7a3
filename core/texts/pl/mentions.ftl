# Wzmianki w notatkach.
mentions-title = Notatki do przeczytania
mention-by = Wzmianka w notatce: { $name }
mention-read = Przeczytane
mention-read-whose = Przeczytane, notatka: { $name }
refused-mention-unknown = Nikogo takiego nie ma w konsoli: @{ $name }. Notatka nie jest jeszcze zapisana.
refused-mention-which = Jest więcej osób o tym imieniu: @{ $name }. Proszę dopisać nazwisko; notatka nie jest jeszcze zapisana.
audit-did-mention-read = wzmianka przeczytana
