class Settings:
    prefix: str = "/v2"


settings = Settings()
