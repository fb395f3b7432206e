"""What 24SevenOffice's services are like, as files and nothing else: our own WSDLs, written from the documented facts.

The one thing that the adapter and the stand-in for its other side have in common, so there is no code here.
"""
