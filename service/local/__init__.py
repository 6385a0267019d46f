"""Models that run in this process: llama.cpp on a GGUF file, with no server and no key."""
