"""The languages of the workers' pages: what is to be translated, and where translations are kept.

Organizers' pages are in English. What workers read is marked with gettext, extracted with Babel
(no program outside Python is needed) and translated in `locale/<locale>/LC_MESSAGES/django.po`.
"""
