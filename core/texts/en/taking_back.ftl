# Taking replies back
take-back-undo = Undo sending
take-back-retract = Retract from the patient
take-back-edit = Take back and edit
take-back-hidden = Only its author and supervisors see the words of a message that was taken back.
delivery-waits = leaves in a moment, can still be undone
delivery-undone = Taken back before sending; the patient has not seen it
delivery-retracted = Retracted; the patient sees that the message was withdrawn
refused-take-back-not-yours = Only the person who wrote this message, or a supervisor, can take it back.
refused-take-back-done = This message was taken back already.
refused-take-back-late = It is too late to take this message back. If it holds a mistake, please write a correction.
refused-take-back-left = This message has left, and an SMS that was sent cannot be taken back. If it holds a mistake, please write a correction.
