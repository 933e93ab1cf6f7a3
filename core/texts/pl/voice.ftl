## The telephone
voice-welcome = Dzień dobry, tu automatyczny asystent { -clinic }, sztuczna inteligencja. Rozmowa jest zapisywana jako tekst. W nagłym przypadku proszę się rozłączyć i zadzwonić pod 112. Zero łączy z człowiekiem. W czym można pomóc?
voice-still-there = Czy nadal się słyszymy? Proszę powiedzieć, w czym można pomóc. Zero łączy z człowiekiem.
voice-goodbye = Nic nie słychać, więc kończymy rozmowę. Można zadzwonić ponownie albo napisać SMS na ten numer. Do usłyszenia.
channel-voice = Telefon
