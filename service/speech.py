"""What hears and speaks in calls whose sound is streamed here, as the settings want it."""

from channels.voice.speech.protocols import Speech, Synthesizer
from channels.voice.speech.voices import EspeakVoice, PiperVoice
from channels.voice.speech.whisper import WhisperRecognizer
from core.settings import Settings


def open_speech(settings: Settings) -> Speech | None:
    """None while the provider does both. Raises `ConfigurationError` for a program, a voice or a group that is not here."""
    if not settings.voice_stream:
        return None
    return Speech(WhisperRecognizer(settings.speech_model), open_voice(settings))


def open_voice(settings: Settings) -> Synthesizer:
    """Piper where it is named, else espeak-ng."""
    if settings.piper:
        return PiperVoice(settings.piper, {"pl": settings.piper_voice_pl, "en": settings.piper_voice_en})
    return EspeakVoice(settings.espeak)
