# Bez odpowiedzi.
unanswered-title = Bez odpowiedzi
unanswered-lead = Wiadomości, których bot nie zrozumiał lub nie był ich pewien, pogrupowane według znaczenia. Numery i adresy, a także nazwiska, które dało się rozpoznać, są zastąpione zmyślonymi; jakieś nazwisko mogło pozostać.
unanswered-one = Pytanie bez odpowiedzi
unanswered-none = Nie ma tu żadnych pytań.
unanswered-state-open = Do decyzji
unanswered-state-ignored = Pominięte
unanswered-state-article = Do artykułu
unanswered-state-intent = Dodane do intencji
unanswered-asked =
    { $messages ->
        [one] { $messages } wiadomość
        [few] { $messages } wiadomości
       *[other] { $messages } wiadomości
    }, { $people ->
        [one] { $people } osoba
        [few] { $people } osoby
       *[other] { $people } osób
    }
unanswered-last = ostatnio { $at }
unanswered-reason-not-understood = niezrozumiane
unanswered-reason-offered = bot dopytywał
unanswered-reason-no-article = brak artykułu
unanswered-reason-outside = poza zakresem
unanswered-reason-unsure = mała pewność
unanswered-ways = Jak pytano
unanswered-words = Słowa, które zostaną użyte
unanswered-words-hint = Można je zmienić. Przykład znika razem z wiadomością, z której powstał.
unanswered-nobody = Te słowa nie wskazują na żadną osobę
unanswered-article = Nowy artykuł
unanswered-write = Napisz artykuł
unanswered-into = Intencja
unanswered-choose = wybierz
unanswered-add = Dodaj do intencji
unanswered-ignore = Pomiń
unanswered-back = Przywróć do decyzji
unanswered-in-intent = Przykład jest w intencji { $intent }
unanswered-before = Poprzednie
unanswered-more = Następne
refused-unanswered-decided = O tym pytaniu już zdecydowano. Lista pokazuje stan obecny.
refused-unanswered-names = W tych słowach jest numer lub adres. Proszę je usunąć.
refused-unanswered-unconfirmed = Proszę potwierdzić, że te słowa nie wskazują na żadną osobę.
refused-unanswered-act = Proszę wybrać, co ma powstać z pytania, a przy dodawaniu do intencji także intencję.
