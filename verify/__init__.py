"""Verification tasks: is the animal itself visible, or only what it left behind?"""
