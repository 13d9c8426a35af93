"""The desk: Streamlit only, one function a page."""
