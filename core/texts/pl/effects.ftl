# What an edit did for patients (/studio/effects).
effects-title = Skutki zmian
effects-lead = Rozmowy, w których artykuł odpowiedział albo które się zaczęły, gdy odpowiadała dana wersja bota: ile ich było, ile obyło się bez człowieka i jak zostały ocenione. Przed zmianą i po niej tyle samo dni, najwyżej 30. Przy mniej niż { $enough } rozmowach nie ma procentu.
effects-what = Zmiana
effects-since = Od
effects-cases = { $count ->
    [one] { $count } rozmowa
    [few] { $count } rozmowy
   *[many] { $count } rozmów
}
effects-contained = bez człowieka { $percent }%
effects-score = ocena { $score } ({ $count ->
    [one] { $count } głos
    [few] { $count } głosy
   *[many] { $count } głosów
})
effects-none = W ostatnich 90 dniach nic się nie zmieniło.
effects-idle = Artykuły nieużywane lub do przeglądu
effects-idle-none = Każdy opublikowany artykuł komuś odpowiedział w ostatnich 90 dniach i żaden nie czeka na przegląd.
effects-last = ostatnia odpowiedź { $day }
effects-never = jeszcze nikomu nie odpowiedział
