# One name from one place: every text takes it from here.
-clinic = Poradnia Pod Lipami
clinic-name = { -clinic }
