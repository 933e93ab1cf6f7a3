# Cofanie odpowiedzi
take-back-undo = Cofnij wysłanie
take-back-retract = Cofnij u pacjenta
take-back-edit = Cofnij i popraw
take-back-hidden = Treść cofniętej wiadomości widzą jej autor i osoby nadzorujące.
delivery-waits = wyjdzie za chwilę, można jeszcze cofnąć
delivery-undone = Cofnięto przed wysłaniem; pacjent tego nie widział
delivery-retracted = Cofnięto; pacjent widzi, że wiadomość została cofnięta
refused-take-back-not-yours = Tę wiadomość może cofnąć tylko osoba, która ją napisała, albo osoba nadzorująca.
refused-take-back-done = Ta wiadomość jest już cofnięta.
refused-take-back-late = Minął czas na cofnięcie tej wiadomości. Jeśli jest w niej błąd, proszę napisać sprostowanie.
refused-take-back-left = Ta wiadomość już wyszła, a wysłanego SMS-a nie da się cofnąć. Jeśli jest w niej błąd, proszę napisać sprostowanie.
