## The telephone
voice-welcome = Dzień dobry, tu { -clinic }, automatyczny asystent, czyli sztuczna inteligencja. Rozmowa jest zapisywana jako tekst. W nagłym przypadku proszę się rozłączyć i zadzwonić pod 112. Zero łączy z człowiekiem. W czym można pomóc?
voice-still-there = Czy nadal się słyszymy? Proszę powiedzieć, w czym można pomóc. Zero łączy z człowiekiem.
voice-goodbye = Nic nie słychać, więc kończymy rozmowę. Można zadzwonić ponownie albo napisać SMS na ten numer. Do usłyszenia.
channel-voice = Telefon
handoff-queued-voice = Przekazujemy sprawę człowiekowi, miejsce w kolejce: { $position }. Konsultant odezwie się na ten numer, można się rozłączyć. W nagłym przypadku 112.
handoff-queued-closed-voice = Konsultanci pracują w godzinach otwarcia i odezwą się na ten numer, najwcześniej { $opens }. Zobaczą całą rozmowę. W nagłym przypadku 112.
voice-trouble = Coś się u nas zacięło i tych słów nie zapisano. Proszę je powtórzyć, a w nagłym przypadku zadzwonić pod 112.
held-interrupted = osoba weszła w słowo: tego nie usłyszała
held-call-over = rozmowa się skończyła: wysłano SMS, jeśli jest numer
