# Kontakty ograniczone lub zakończone po nadużyciach.
contact-limited = Ze względu na przebieg rozmowy konsultanci nie będą tu odpowiadać do: { $until }. Do tego czasu odpowiada asystent AI (automat): można umówić, przełożyć i odwołać wizytę. W nagłym przypadku 112.
contact-ended = Ze względu na jej przebieg kończymy tę rozmowę. Konsultanci będą tu znów odpowiadać od: { $until }. Do tego czasu odpowiada asystent AI (automat): można umówić, przełożyć i odwołać wizytę. W nagłym przypadku 112.
contact-limited-still = Konsultanci będą tu znów odpowiadać od: { $until }. Do tego czasu pomaga asystent AI (automat): można umówić, przełożyć i odwołać wizytę. W nagłym przypadku 112.
contact-trouble = Przepraszamy, automat ma teraz kłopot i nie może odpowiedzieć. Prosimy napisać ponownie za chwilę. Konsultanci będą tu znów odpowiadać od: { $until }. W nagłym przypadku 112.
contact-lifted = Konsultanci znów odpowiadają w tej rozmowie. W czym można pomóc?

limits-title = Ograniczone kontakty
limits-none = Żaden kontakt nie jest ograniczony.
limit-title = Ogranicz obraźliwy kontakt
limit-what = Co zrobić
limit-kind-limited = Ograniczyć: wraca do bota
limit-kind-ended = Zakończyć: zamknąć
limit-how-long = Na jak długo
limit-hours = { $count ->
    [one] 1 godzina
    [few] { $count } godziny
   *[other] { $count } godzin
}
limit-why = Powód
limit-cause-insults = Obelgi
limit-cause-threats = Groźby
limit-cause-harassment = Nękanie
limit-cause-flood = Zalew wiadomości
limit-cause-other = Inny powód
limit-words = Co się stało
limit-how = Do tego czasu odpowiada tylko bot. Pacjent dowie się od razu, także do kiedy. Przełożeni widzą powód i mogą znieść ograniczenie. Nagłe przypadki nadal trafiają do ludzi.
limit-keep = Ogranicz i powiadom pacjenta
limit-is-limited = Kontakt ograniczony do: { $when }, odpowiada tylko bot
limit-is-ended = Kontakt zakończony, do: { $when } odpowiada tylko bot
limit-until = do: { $when }
limit-ended = zakończony
limit-by = ustawione przez: { $name }
limit-flags-on = Nagłe przypadki nadal trafiają do ludzi.
limit-lift = Znieś
limit-lift-on-board = Znieś na tablicy
refused-limit-choice = Prosimy wybrać, co zrobić, na jak długo i dlaczego.
refused-limit-words = Prosimy napisać, co się stało (od { $least } do { $most } znaków).
refused-limit-already = Kontakt jest już ograniczony.
refused-limit-red-flag = W tej rozmowie jest alarm, którego nikt jeszcze nie przejął. Prosimy najpierw go przejąć; nic nie zostało ograniczone.
refused-limit-over = To ograniczenie już się skończyło.
audit-did-contact-limited = kontakt ograniczony
audit-did-contact-ended = kontakt zakończony
audit-did-contact-lifted = ograniczenie kontaktu zniesione
