"""Organizers' pages: no models; reads here, every action is one call into the app that owns it."""
