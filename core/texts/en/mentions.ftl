# Mentions in notes.
mentions-title = Notes to read
mention-by = { $name } names you in a note
mention-read = Read
mention-read-whose = Read: the note by { $name }
refused-mention-unknown = There is nobody of that name in the console: @{ $name }. The note is not saved yet.
refused-mention-which = There is more than one: @{ $name }. Please add the surname; the note is not saved yet.
audit-did-mention-read = mention read
